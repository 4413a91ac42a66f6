"""dcat watch over DDS: as a process, on a terminal and in a pipe, while nodes come and go."""

import os
import pty
import re
import signal
import subprocess
from threading import Thread

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from node_helpers import HANGS_S
from presence_dds import Node, Process, ros_arguments

pytestmark = pytest.mark.ros

NODE = '/imu_node'


class Watching(Process):
    """`dcat watch`, whose output is collected while it runs."""

    def __init__(self, *arguments, terminal=False):
        if terminal:
            self._end, other = pty.openpty()
            options = {'stdout': other, 'stderr': other}
        else:
            self._end, other = os.pipe()
            options = {'stdout': other, 'stderr': subprocess.STDOUT}
        environment = os.environ | {'COLUMNS': '160', 'LINES': '40', 'TERM': 'xterm'}
        super().__init__('dcat', 'watch', *arguments, env=environment, **options)
        os.close(other)
        self.output = ''
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        try:
            while piece := os.read(self._end, 65536):
                self.output += piece.decode(errors='replace')
        except OSError:
            pass  # the terminal is closed

    def end(self, number=signal.SIGINT) -> int:
        """Exit code after a signal."""
        self.popen.send_signal(number)
        code = self.popen.wait(timeout=HANGS_S)
        self._reader.join(timeout=HANGS_S)
        return code


@pytest.fixture
def watching():
    made = []

    def start(*arguments, **options):
        made.append(Watching(*arguments, **options))
        return made[-1]

    yield start
    for process in made:
        process.__exit__()


def test_nobody_there_is_said_and_the_time_ends_it(watching):
    process = watching('--seconds', '2')
    assert process.popen.wait(timeout=HANGS_S) == 0
    process._reader.join(timeout=HANGS_S)
    assert 'No recogniser is to be seen' in process.output
    assert 'auto.launch.py' in process.output


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_recogniser_is_shown_on_a_terminal_until_a_signal(recogniser, peer, watching, number):
    process = watching(terminal=True)
    peer.send_until(lambda: 'quick' in process.output and 'Hz' in process.output, 'the table')
    for word in ('node', 'label', 'probability', 'labels/s', 'latency', 'sensor', NODE):
        assert word in process.output
    assert process.end(number) == 0
    assert 'Traceback' not in process.output


def test_lines_in_a_pipe_follow_nodes_that_come_and_go(peer, watching, quick_model):
    process = watching()
    peer.wait_for(lambda: 'No recogniser' in process.output, 'nobody')
    with Node('imu_node', *ros_arguments(model=quick_model, stale_after=0.5)):
        peer.send_until(lambda: ' labels/s' in process.output, 'a line')
        peer.wait_for(lambda: 'no data' in process.output, 'the silence')
        n = len(process.output)  # ending may take the node longer than being told silent
    peer.wait_for(lambda: 'silent for' in process.output[n:], 'the end of the node')
    peer.wait_for(lambda: 'No recogniser' in process.output[n:], 'nobody')
    assert process.end() == 0
    assert 'Traceback' not in process.output


def test_foreign_messages_are_ignored_and_counted(recogniser, peer, watching):
    foreign = peer.node.create_publisher(DiagnosticArray, '/somebody/activity', 10)
    process = watching(terminal=True)
    peer.wait_for(lambda: foreign.get_subscription_count() == 1, 'the subscription')
    sent = 0

    def counted():
        """The number that is shown last."""
        return max(map(int, re.findall(r'(\d+) messages were no activities', process.output)))

    # what is sent before it knows who sends is lost: it is sent again until something comes
    while not sent or counted() < 1:
        foreign.publish(DiagnosticArray())
        foreign.publish(DiagnosticArray(status=[DiagnosticStatus(name='x')]))
        sent += 2
        shown = process.output.count('no activities')
        peer.send_until(lambda n=shown: process.output.count('no activities') > n + 1, 'a table')
    assert counted() <= sent
    assert 'somebody' not in process.output
    assert process.end() == 0
