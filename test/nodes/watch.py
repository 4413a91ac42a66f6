"""Watching a node's process from outside: the files and sockets that it has, and what it sends."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from dcat_ros.share import dds_environment

__all__ = ['Watched', 'tracing']

_CALLS = 'trace=openat,open,creat,write,pwrite64,writev,sendto,sendmsg,sendmmsg,execve'
_PATIENCE_S = 60.0
#: All that DDS sends goes through the kernel and stays on this machine; with LOCALHOST as range of
#: discovery it would go through shared memory.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<dds xmlns="http://www.eprosima.com"><profiles>
  <transport_descriptors><transport_descriptor>
    <transport_id>udp</transport_id><type>UDPv4</type>
    <interfaceWhiteList><address>127.0.0.1</address></interfaceWhiteList>
  </transport_descriptor></transport_descriptors>
  <participant profile_name="udp" is_default_profile="true"><rtps>
    <userTransports><transport_id>udp</transport_id></userTransports>
    <useBuiltinTransports>false</useBuiltinTransports>
  </rtps></participant>
</profiles></dds>
"""


def tracing() -> str:
    """Why the calls of a process cannot be traced here; empty if they can."""
    if shutil.which('strace') is None:
        return 'needs strace: sudo apt install strace'
    command = ['strace', '-D', '-f', '-e', 'trace=execve', '-o', os.devnull, 'true']
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return '' if done.returncode == 0 else f'strace may not trace here: {done.stderr.strip()}'


class Watched:
    """A node in empty folders of its own, stopped and looked through at the end.

    Args:
        program: of the node.
        folder: an empty one.
        arguments: after --ros-args.
        leak: see watched_node.py.

    Attributes:
        fds: what it had open to write at any look, such as '/dev/null' or 'socket:[123]'.
        said: file of what it prints.
        udp_ports: on which it listened.
        others: kinds of its sockets other than UDP.
    """

    def __init__(self, program: str, folder: Path, *arguments: str, leak: str = 'none'):
        self.folders = {name: folder / name for name in ('home', 'tmp', 'log', 'here')}
        for path in self.folders.values():
            path.mkdir()
        self._notes, self._trace = folder / 'notes', folder / 'trace'
        profile = folder / 'udp.xml'
        profile.write_text(_PROFILE)
        variable = 'FASTDDS' if os.environ.get('ROS_DISTRO') == 'kilted' else 'FASTRTPS'
        environment = {
            **{k: v for k, v in os.environ.items() if k not in dds_environment()},
            f'{variable}_DEFAULT_PROFILES_FILE': str(profile),
            'ROS_AUTOMATIC_DISCOVERY_RANGE': 'SYSTEM_DEFAULT',
            'HOME': str(self.folders['home']),
            'TMPDIR': str(self.folders['tmp']),
            'ROS_LOG_DIR': str(self.folders['log']),
            'PYTHONDONTWRITEBYTECODE': '1',
        }
        script = str(Path(__file__).with_name('watched_node.py'))
        command = [
            sys.executable,
            script,
            str(self._notes),
            program,
            leak,
            '--ros-args',
            *arguments,
        ]
        self.traced = not tracing()
        if self.traced:
            # -D: the process that is started is the node, not strace
            options = ['-D', '-f', '-xx', '-s', '65536', '-e', _CALLS, '-o', str(self._trace)]
            command = ['strace', '--seccomp-bpf', *options, *command]
        self.said = folder / 'said'
        with self.said.open('w') as said:
            self.process = subprocess.Popen(
                command, env=environment, cwd=self.folders['here'], stdout=said, stderr=said
            )
        self.fds: set[str] = set()
        self.udp_ports: set[int] = set()
        self.others: set[str] = set()

    def __enter__(self) -> 'Watched':
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(_PATIENCE_S)
        end = time.monotonic() + _PATIENCE_S
        ended = re.compile(rf'^{self.process.pid} +\+\+\+', re.MULTILINE)
        while self.traced and not ended.search(self._trace.read_text()):
            assert time.monotonic() < end, 'strace does not end'
            time.sleep(0.05)

    def look(self) -> None:
        """Note what is open now, by whatever library."""
        place = Path('/proc') / str(self.process.pid)
        inodes = set()
        for entry in (place / 'fd').iterdir():
            try:
                target = os.readlink(entry)
                flags = int((place / 'fdinfo' / entry.name).read_text().split()[3], 8)
            except OSError:  # closed meanwhile
                continue
            if target.startswith('socket:'):
                inodes.add(target[8:-1])
            elif flags & (os.O_WRONLY | os.O_RDWR):
                self.fds.add(target)
        for kind in ('udp', 'udp6', 'tcp', 'tcp6', 'unix'):
            for line in (place / 'net' / kind).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[6 if kind == 'unix' else 9] not in inodes:
                    continue
                if kind == 'udp':
                    self.udp_ports.add(int(fields[1].rpartition(':')[2], 16))
                else:
                    self.others.add(kind)

    @property
    def notes(self) -> list[str]:
        """What the node's Python did: see watched_node.py."""
        return self._notes.read_text().splitlines()

    def written(self) -> set[str]:
        """Every file that was opened to write, by Python, libraries, or seen in a look."""
        names = {line.removeprefix('open ') for line in self.notes if line.startswith('open ')}
        for call, rest in self._calls():
            if (
                'open' in call
                and re.search('O_WRONLY|O_RDWR|O_CREAT', rest)
                and ' = -1 ' not in rest
            ):
                text = re.search(r'"((?:\\x..)*)"', rest)
                names.add(_plain(text.group(1)).decode() if text else rest)
        return (names | self.fds) - {str(self._notes), str(self.said)}

    def payloads(self, *calls: str) -> Iterator[bytes]:
        """The bytes given to these calls; needs strace."""
        for call, rest in self._calls():
            if call in calls:
                for text in re.findall(r'"((?:\\x..)+)"', rest):
                    yield _plain(text)

    def stored(self) -> dict[Path, bytes]:
        """Every file that lies in its folders, and what it printed."""
        files = [p for folder in self.folders.values() for p in folder.rglob('*') if p.is_file()]
        return {path: path.read_bytes() for path in (*files, self.said)}

    def _calls(self) -> Iterator[tuple[str, str]]:
        if not self.traced:
            return
        with self._trace.open() as trace:
            for line in trace:
                match = re.match(r'\d+ +(?:<\.\.\. )?(\w+)[( ](.*)', line)
                if match:
                    yield match[1], match[2]


def _plain(text: str) -> bytes:
    return bytes.fromhex(text.replace('\\x', ''))
