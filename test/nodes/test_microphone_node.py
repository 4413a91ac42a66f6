"""microphone_node as a process, with the real PortAudio on a device that is a pipe."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from node_helpers import HANGS_S
from rclpy.qos import QoSProfile
from std_msgs.msg import Int16MultiArray
from virtual_microphone import RATE_HZ, VirtualMicrophone, require_sound_server

pytestmark = pytest.mark.ros

NODE = str(Path(sys.executable).with_name('microphone_node'))


@pytest.fixture
def virtual(tmp_path):
    require_sound_server()
    microphone = VirtualMicrophone(tmp_path)
    yield microphone
    microphone.close()


class Listener:
    """What the node says and sends."""

    def __init__(self, peer):
        self.peer = peer
        self.blocks: list[np.ndarray] = []
        self.layouts = set()
        self.health: dict[str, str] = {}
        self.problem = ''
        peer.node.create_subscription(
            Int16MultiArray, 'audio', self._on_audio, QoSProfile(depth=500)
        )
        peer.node.create_subscription(DiagnosticArray, '/diagnostics', self._on_health, 10)

    def heard(self):
        return np.concatenate(self.blocks) if self.blocks else np.zeros(0, np.int16)

    def _on_audio(self, message):
        self.blocks.append(np.array(message.data, np.int16))
        self.layouts.add(tuple((d.label, d.size, d.stride) for d in message.layout.dim))

    def _on_health(self, message):
        status = message.status[0]
        if status.name.endswith('microphone'):
            self.health = {pair.key: pair.value for pair in status.values}
            self.problem = status.message if status.level == b'\x02' else ''


@pytest.fixture
def listener(peer):
    return Listener(peer)


class Process:
    """microphone_node, hearing the virtual microphone."""

    def __init__(self, virtual, *parameters):
        command = [NODE, '--ros-args']
        for parameter in ('device:=pulse', *parameters):
            command += ['-p', parameter]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **(virtual.environment if virtual else {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=HANGS_S)
        assert self.process.returncode == 0


def place_of(some, samples, begin=0):
    """Where some samples stand among others, from a place on; None if they do not."""
    head, data = some.tobytes(), samples.tobytes()
    at = data.find(head, 2 * begin)
    while at % 2 and at > 0:
        at = data.find(head, at + 1)
    return at // 2 if at >= 0 else None


def holes(known, heard):
    """How often known samples are missing in what was heard, which has nothing else but silence."""
    n = at = 0
    while len(heard):
        most = min(len(heard), len(known) - at)
        differ = np.flatnonzero(heard[:most] != known[at : at + most])
        same = int(differ[0]) if len(differ) else most
        heard, at = heard[same:], at + same
        if len(heard):
            n += 1
            place = place_of(heard[:50], known, at)
            assert place is not None, 'samples that nobody played'
            at = place
    return n + (at < len(known))


@pytest.mark.slow
def test_the_same_samples_come_out_for_a_minute_and_none_is_lost(virtual, peer, listener):
    known = np.random.default_rng(0).integers(1, 20000, 60 * RATE_HZ).astype(np.int16)
    with Process(virtual):
        virtual.play(np.zeros(RATE_HZ, np.int16))
        peer.wait_for(lambda: listener.blocks, 'the first block')
        virtual.stop()
        virtual.play(known)
        peer.wait_for(lambda: listener.blocks[-1].any(), 'the first sound')
        peer.wait_for(lambda: not listener.blocks[-1].any(), 'silence after it')
        n = len(listener.blocks)
        peer.wait_for(lambda: int(listener.health['blocks']) >= n, 'diagnostics')
    heard = listener.heard()
    sounds = np.flatnonzero(heard)
    heard = heard[sounds[0] : sounds[-1] + 1]
    # nothing is lost; a machine that does not keep up with a microphone loses some, and says so
    lost = int(listener.health['overruns']) + int(listener.health['times opened']) - 1
    print(f'{lost} losses counted')
    assert holes(known, heard[heard != 0] if lost else heard) <= lost
    assert listener.layouts == {(('samples', 800, 800), ('channels', 1, 1))}


def test_an_unplugged_microphone_is_reported_and_taken_up_again(virtual, peer, listener):
    noise = np.random.default_rng(1).integers(-9000, 9000, 60 * RATE_HZ).astype(np.int16)
    with Process(virtual, 'block:=320'):
        virtual.play(noise)
        peer.wait_for(lambda: len(listener.blocks) > 10, 'sound')
        virtual.unplug()
        peer.wait_for(lambda: 'microphone' in listener.problem, 'the report')
        n = len(listener.blocks)
        virtual.plug_in()
        virtual.play(noise)
        peer.wait_for(lambda: len(listener.blocks) > n + 10, 'sound again')
        peer.wait_for(lambda: not listener.problem, 'a good report')
        assert int(listener.health['times opened']) >= 2


def test_a_microphone_is_taken_by_its_index_too(virtual, peer, listener):
    with Process(virtual, 'device:=0'):
        virtual.play(np.zeros(30 * RATE_HZ, np.int16))
        peer.wait_for(lambda: listener.blocks, 'sound')
        peer.wait_for(lambda: listener.health.get('device') == '0', 'diagnostics')


def test_a_microphone_that_is_not_there_is_named_and_the_node_lives(virtual, peer, listener):
    with Process(virtual, 'device:=nowhere') as running:
        peer.wait_for(lambda: 'nowhere' in listener.problem, 'the report')
        assert running.process.poll() is None


SLOW = """
import sys, time
from dcat_ros.capture.microphone import Microphone, MicrophoneSettings
microphone = Microphone(MicrophoneSettings('pulse', 16000, 1, 64), lambda block: time.sleep(2.5))
end = time.monotonic() + 100
while not microphone.overruns and time.monotonic() < end:
    time.sleep(0.05)
microphone.close()
print(microphone.overruns)
"""


def test_blocks_that_nobody_takes_in_time_are_counted(virtual):
    virtual.play(np.zeros(60 * RATE_HZ, np.int16))
    done = subprocess.run(
        [sys.executable, '-c', SLOW],
        env={**os.environ, **virtual.environment},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=True,
    )
    assert int(done.stdout) > 0


def test_devices_are_listed(virtual):
    with Process(virtual, 'list_devices:=true') as running:
        out, _ = running.process.communicate(timeout=HANGS_S)
        assert 'pulse' in out
        assert running.process.returncode == 0
