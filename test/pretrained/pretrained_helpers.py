"""A small published file, a server that can be cut off, and packages."""

import tarfile
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

from dcat_ros.pretrained.known import Package

DATA = bytes(range(256)) * 512


class Server(ThreadingHTTPServer):
    """Serves `data`; gives up after `cut` bytes, unless that is None; notes what is asked for."""

    daemon_threads = True
    data = DATA
    cut = None
    takes_ranges = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), _Handler)
        self.asked = []

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_address[1]}/pose.task'


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get('Range')
        server.asked.append(wanted)
        start = 0
        if wanted and server.takes_ranges:
            start = int(wanted.removeprefix('bytes=').removesuffix('-'))
        body = server.data[start:]
        self.send_response(206 if start else 200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body if server.cut is None else body[: server.cut])

    def log_message(self, *arguments):
        pass


def packed(path, **members):
    """A package of npm with these files."""
    with tarfile.open(path, 'w:gz') as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(f'package/{name}')
            entry.size = len(data)
            archive.addfile(entry, BytesIO(data))
    return path


def package_of(**members):
    return Package('@of/somebody', '1.0', {n: sha256(d).hexdigest() for n, d in members.items()})
