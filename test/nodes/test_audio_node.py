"""audio_node as a process, over DDS: sound in, labels out, and everything that can be wrong."""

import sys
import time
from array import array
from types import ModuleType

import numpy as np
import psutil
import pytest
import rclpy
from node_helpers import Peer, RecogniserProcess
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
        super().__init__(recogniser=NODE)
        self.audio = self.node.create_publisher(Int16MultiArray, 'audio', QoSProfile(depth=200))

    def ready(self):
        self.wait_for(lambda: self.state() == 'active', 'the node to be active')
        self.wait_for(lambda: self.audio.get_subscription_count() == 1, 'the subscription')

    def say(self, samples, rate_hz=16000, block=BLOCK):
        """Publish in real time, for the time of receipt is the sound's time."""
        begin = time.monotonic()
        for i in range(0, len(samples), block):
            chunk = np.asarray(samples[i : i + block], np.int16)
            self.audio.publish(Int16MultiArray(data=array('h', chunk.tobytes())))
            due = begin + (i + block) / rate_hz
            self.wait_for(lambda due=due: time.monotonic() >= due, 'the time')


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
    with RecogniserProcess(audio_model, executable='audio_node'):
        speaker.ready()
        speaker.say(noise(4.1))
        # windows of 1 s every 0.5 s
        speaker.wait_for(lambda: len(speaker.monitor.all) >= 7, 'seven labels')
        ends = [heard.prediction.end_ns for heard in speaker.monitor.all[:7]]
        assert np.diff(ends).tolist() == [500_000_000] * 6
        speaker.wait_for_health(lambda h: int(h['stream: frames']) > 395, 'frames')
        assert speaker.health['windows dropped'] == '0'


def test_another_rate_and_two_channels_as_parameters(audio_model, speaker):
    arguments = ['-p', 'sample_rate:=48000', '-p', 'channels:=2']
    with RecogniserProcess(audio_model, *arguments, executable='audio_node'):
        speaker.ready()
        two = np.repeat(noise(2.1, 48000), 2)
        speaker.say(two, rate_hz=96000, block=4800)
        speaker.wait_for(lambda: len(speaker.monitor.all) >= 2, 'two labels')


def test_a_pause_is_a_gap_and_then_stale(audio_model, speaker):
    arguments = ['-p', 'stale_after:=0.5']
    with RecogniserProcess(audio_model, *arguments, executable='audio_node'):
        speaker.ready()
        speaker.say(noise(1.3))
        speaker.wait_for(
            lambda: speaker.monitor.all and speaker.monitor.all[-1].prediction.state == 'stale',
            'the state stale',
        )
        speaker.say(noise(1.3))
        speaker.wait_for_health(lambda h: h.get('stream: gap') == '1', 'the gap')


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
        speaker.say(noise(10), rate_hz=160_000)
        speaker.wait_for_health(lambda h: int(h['messages received']) >= 190, 'the first part')
        before = process.memory_info().rss
        for seed in range(6):
            speaker.say(noise(60, seed=seed), rate_hz=3_200_000)
        speaker.wait_for_health(lambda h: int(h['messages received']) > 1000, 'the rest')
        assert process.memory_info().rss - before < 15 * 2**20


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
        running.process.wait(timeout=30)
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
