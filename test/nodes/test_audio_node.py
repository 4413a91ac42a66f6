"""audio_node as a process, over DDS: sound in, labels out, and everything that can be wrong."""

import sys
import time
from array import array
from types import ModuleType

import numpy as np
import psutil
import pytest
import rclpy
from node_helpers import HANGS_S, Peer, RecogniserProcess
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from sound_helpers import info_bytes
from std_msgs.msg import Int16MultiArray, String
from untrained import save_untrained

from dcat_ros.nodes.audio_node import AudioNode

pytestmark = pytest.mark.ros

NODE = '/audio_node'
BLOCK = 800


@pytest.fixture(scope='module')
def audio_model(tmp_path_factory):
    path = tmp_path_factory.mktemp('model') / 'quick_audio.safetensors'
    save_untrained(path, modality='audio')
    return path


class Speaker(Peer):
    """Publishes sound."""

    def __init__(self):
        super().__init__(NODE)
        self.audio = self.node.create_publisher(Int16MultiArray, 'audio', QoSProfile(depth=1000))

    def ready(self):
        super().ready(self.audio)

    def say(self, samples, rate_hz=16000, block=BLOCK):
        """Publish in real time, for the time of receipt is the sound's time.

        Where the machine is late, the sound has a gap, which the node counts.
        """
        begin = time.monotonic()
        for i in range(0, len(samples), block):
            chunk = np.asarray(samples[i : i + block], np.int16)
            self.audio.publish(Int16MultiArray(data=array('h', chunk.tobytes())))
            due = begin + (i + block) / rate_hz
            self.wait_for(lambda due=due: time.monotonic() >= due, 'the time')

    def say_until(self, condition, what, seconds=0.5, **options):
        """Say noise again and again; gives the number of blocks."""
        end, n = time.monotonic() + HANGS_S, 0
        while not condition():
            assert time.monotonic() < end, f'said for {HANGS_S} s until {what}: {self.health}'
            samples = noise(seconds, seed=n)
            self.say(samples, **options)
            n += -(-len(samples) // options.get('block', BLOCK))
        return n

    def count(self, key):
        """A count of the node's diagnostics."""
        return int(self.health.get(key, 0))


@pytest.fixture
def speaker():
    """The test's own node, which makes noise."""
    rclpy.init()
    speaker = Speaker()
    yield speaker
    speaker.close()
    rclpy.try_shutdown()


def noise(seconds, rate_hz=16000, level=3000, seed=0):
    rng = np.random.default_rng(seed)
    return (level * rng.normal(size=round(seconds * rate_hz))).clip(-32000, 32000)


def test_sound_gives_labels_every_stride(audio_model, speaker):
    arguments = ['-p', 'max_gap:=1.0', '-p', 'qos_depth:=1000']
    with RecogniserProcess(audio_model, *arguments, executable='audio_node'):
        speaker.ready()
        blocks = speaker.say_until(lambda: len(speaker.monitor.all) >= 7, 'seven labels')
        count = speaker.count
        speaker.wait_for(lambda: count('stream: chunks') == blocks, 'all of the sound')
        speaker.wait_for(
            lambda: (
                count('predictions') == len(speaker.monitor.all)
                and count('predictions') + count('windows dropped') == count('stream: windows')
            ),
            'a label, or its count, for every window',
        )
        # windows of 1 s every 0.5 s; only where the machine was late there may be another distance
        late = sum(count(f'stream: {key}') for key in ('gap', 'jump_back', 'drift'))
        ends = [heard.prediction.end_ns for heard in speaker.monitor.all]
        others = np.count_nonzero(np.diff(ends) != 500_000_000)
        assert others <= late + count('windows dropped')
        assert 5 * blocks - 3 * (late + 1) <= count('stream: frames') < 5 * blocks


def test_another_rate_and_two_channels_as_parameters(audio_model, speaker):
    arguments = ['-p', 'sample_rate:=48000', '-p', 'channels:=2']
    with RecogniserProcess(audio_model, *arguments, executable='audio_node'):
        speaker.ready()
        # of half a second at 48 kHz and two channels
        speaker.say_until(
            lambda: len(speaker.monitor.all) >= 2, 'two labels', 3.0, rate_hz=96000, block=4800
        )


def test_a_pause_is_a_gap_and_then_stale(audio_model, speaker):
    with RecogniserProcess(audio_model, '-p', 'qos_depth:=1000', executable='audio_node'):
        speaker.ready()
        blocks = speaker.say_until(speaker.labelled, 'a label')
        assert len(speaker.labelled()) == len(speaker.monitor.all)
        assert speaker.set_parameter('stale_after', 0.5).successful
        speaker.wait_for(
            lambda: speaker.monitor.all[-1].prediction.state == 'stale', 'the state stale'
        )
        speaker.wait_for(lambda: speaker.count('stream: chunks') == blocks, 'diagnostics')
        gaps = speaker.count('stream: gap')
        speaker.say(noise(0.1))
        speaker.wait_for(lambda: speaker.count('stream: gap') > gaps, 'the gap')


def test_odd_empty_silent_and_clipped_chunks_are_counted_and_the_node_lives(audio_model, speaker):
    arguments = ['-p', 'channels:=2']
    with RecogniserProcess(audio_model, *arguments, executable='audio_node') as running:
        speaker.ready()
        for chunk in ([], [1] * 801, [0] * 800, [32767] * 800):
            speaker.audio.publish(Int16MultiArray(data=array('h', chunk)))
        speaker.wait_for_health(lambda h: h.get('noted: clipped') == '1', 'clipped')
        assert speaker.health['rejected: empty'] == '1'
        assert speaker.health['rejected: odd'] == '1'
        assert speaker.health['noted: silent'] == '1'
        speaker.say(noise(1.5), rate_hz=32000)
        assert running.alive()


def test_memory_does_not_grow_with_sound_that_comes_too_fast(audio_model, speaker):
    with RecogniserProcess(audio_model, executable='audio_node') as running:
        speaker.ready()
        process = psutil.Process(running.process.pid)
        speaker.say_until(lambda: len(speaker.monitor.all) >= 3, 'labels')
        minute, too_fast = noise(60), {'rate_hz': 3_200_000}
        speaker.say(minute, **too_fast)  # queues and pools of the middleware fill once
        before, received = process.memory_info().rss, speaker.count('messages received')
        for _ in range(12):
            speaker.say(minute, **too_fast)
        speaker.say_until(
            lambda: speaker.count('messages received') > received + 1000, 'the rest', 10, **too_fast
        )
        assert process.memory_info().rss - before < 30 * 2**20  # of 46 MB of samples


@pytest.mark.parametrize(
    ('setting', 'sentence'),
    [
        ('message_type:=audio_common_msgs/msg/AudioStamped', 'needs the package audio_common_msgs'),
        ('message_type:=sensor_msgs/msg/Imu', 'message_type'),
        ('sample_rate:=100', 'sample_rate'),
        ('channels:=0', 'channels'),
    ],
)
def test_settings_that_cannot_be_used_end_with_a_sentence(audio_model, setting, sentence):
    if 'audio_common' in setting:
        try:
            import audio_common_msgs  # noqa: F401
        except ImportError:
            pass
        else:
            pytest.skip('audio_common_msgs is installed here')
    arguments = ['-p', setting]
    with RecogniserProcess(audio_model, *arguments, executable='audio_node') as running:
        running.process.wait(timeout=HANGS_S)
        assert running.process.returncode == 2
        assert sentence in running.errors()


@pytest.fixture
def audio_common(monkeypatch):
    """Stands for the package of ros-drivers, which pip has not: its messages travel as bytes.

    Gives a function that makes the node.
    """
    package = ModuleType('audio_common_msgs.msg')
    # a process has one type for each topic, and the speaker's is there
    package.AudioInfo, package.AudioData = String, Int16MultiArray
    monkeypatch.setitem(sys.modules, 'audio_common_msgs', ModuleType('audio_common_msgs'))
    monkeypatch.setitem(sys.modules, 'audio_common_msgs.msg', package)

    def make(model):
        settings = {'model': str(model), 'message_type': 'audio_common_msgs/msg/AudioData'}
        given = [Parameter(name, value=value) for name, value in settings.items()]
        return AudioNode(parameter_overrides=given)

    return make


@pytest.mark.parametrize('latched', [True, False])
def test_audio_info_is_heard_once_or_often(
    audio_model, speaker, audio_common, monkeypatch, latched
):
    monkeypatch.setattr(String, 'sample_format', '', raising=False)
    qos = QoSProfile(depth=1)
    if latched:
        qos.durability = DurabilityPolicy.TRANSIENT_LOCAL
    publisher = speaker.node.create_publisher(String, 'audio_info', qos)
    if latched:
        publisher.publish(info_bytes(2, 44_100, 'F32LE'))
    node = audio_common(audio_model)
    try:
        node.configure()
        node.activate()

        def heard():
            if not latched:
                publisher.publish(info_bytes(2, 44_100, 'F32LE'))
            rclpy.spin_once(node, timeout_sec=0.02)
            return node._receiver.info

        speaker.wait_for(heard, 'audio_info')
        assert node._receiver.info == (2, 44_100, 'F32LE', 'wave')
        node.deactivate()
        node.activate()  # what was said is remembered
        assert node._receiver.info == (2, 44_100, 'F32LE', 'wave')
        publisher.publish(info_bytes(0, 44_100, 'F32LE'))
        speaker.wait_for(
            lambda: rclpy.spin_once(node, timeout_sec=0.02) or node._health.rejected['channels'],
            'the refusal',
        )
        node.clean_up()
    finally:
        node.destroy_node()


def test_audio_info_of_another_package_is_not_asked_for(audio_model, speaker, audio_common):
    node = audio_common(audio_model)
    try:
        node.configure()
        node.activate()
        assert node.count_subscribers('/audio_info') == 0
        node.clean_up()
    finally:
        node.destroy_node()
