"""A node's program that notes what it does to the outside: files, sockets, processes.

    python watched_node.py NOTES PROGRAM LEAK [arguments of the node]

NOTES gets a line for every file that Python opens to write, every socket that it connects, binds or
sends by, and every process that it starts. LEAK is 'none', or what the watch has to find: 'file'
stores every message, 'socket' sends it.
"""

import os
import socket
import sys
import tempfile
from importlib import import_module

_SENDING = ('socket.connect', 'socket.bind', 'socket.sendto', 'socket.sendmsg')
_STARTING = ('subprocess.Popen', 'os.system', 'os.exec', 'os.posix_spawn', 'os.spawn')
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT


def watch(path: str) -> None:
    notes = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(event: str, arguments: tuple) -> None:
        if event == 'open':
            name, mode, flags = arguments
            asked = flags & _WRITING if isinstance(flags, int) else 0
            if isinstance(name, int) or not (asked or set(mode or '') & set('wax+')):
                return
            what = f'open {os.fsdecode(name)}'
        elif event in _SENDING:
            what = f'{event} {arguments[1]}'
        elif event in _STARTING:
            what = f'{event} {arguments[0]} {arguments[1:2]}'
        else:
            return
        os.write(notes, f'{what}\n'.encode())

    sys.addaudithook(note)


def leak(kind: str) -> None:
    """Make the node do with every message what it must not."""
    sensor_node = import_module('dcat_ros.nodes.sensor_node').SensorNode
    usual = sensor_node._receive

    def receive(self, accept, data):
        if kind == 'file':
            with open(os.path.join(tempfile.gettempdir(), 'kept'), 'ab') as kept:
                kept.write(data)
        else:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as away:
                away.sendto(bytes(data[:2000]), ('127.0.0.1', 9))
        usual(self, accept, data)

    sensor_node._receive = receive


if __name__ == '__main__':
    _, notes, program, kind, *arguments = sys.argv
    watch(notes)
    if kind != 'none':
        leak(kind)
    sys.argv = [program, *arguments]
    getattr(import_module('dcat_ros.nodes.entry'), program)()
