"""Sound of bags, whose form stands in audio_info or in a definition, as training gets it."""

from struct import pack

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin, Writer
from sound_helpers import LINE, NEWER_TEXT, info_bytes, newer

from dcat_ros.bags.read import BagReader
from dcat_ros.doubt import NOTE
from dcat_ros.segment import Segment
from dcat_ros.sensors.cut import Stretches
from dcat_ros.sensors.names import topics_and_settings
from dcat_ros.sensors.sound.beside import audio_definition, audio_info_beside
from dcat_ros.sensors.sound.cuts import cuts
from dcat_ros.sensors.sound.format import AUDIO_INFO_TYPE

DATA = 'audio_common_msgs/msg/AudioData'
BEGIN = 10**18
ONE = [Segment(BEGIN, BEGIN + 2 * 10**9, 'x')]


def tone(seconds=2.0, hz=440):
    return 0.25 * np.sin(2 * np.pi * hz * np.arange(round(seconds * 16000)) / 16000)


def data_message(raw):
    return b'\x00\x01\x00\x00' + pack('<I', len(raw)) + raw


def chunks(raw, sizes, bytes_a_second):
    """Messages (log time, bytes) of raw sound, each logged when its last byte was heard."""
    out, at, i = [], 0, 0
    while at < len(raw):
        chunk = raw[at : at + sizes[i % len(sizes)]]
        at, i = at + len(chunk), i + 1
        out.append((BEGIN + round(at / bytes_a_second * 1e9), data_message(chunk)))
    return out


def write(path, *topics):
    """Topics: (name, type, definition, messages)."""
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        for name, kind, definition, messages in topics:
            connection = writer.add_connection(name, kind, msgdef=definition, rihs01='0')
            for time_ns, data in messages:
                writer.write(connection, time_ns, data)
    return path


def signals(path, topic='/mic/audio', segments=ONE, doubts=None, rate=16000, channels=1):
    given = topics_and_settings({'sample_rate': rate, 'channels': channels})
    found = [] if doubts is None else doubts
    with BagReader(path) as bag:
        return cuts(Stretches(bag, topic, segments, given, found, False))


def sixteen(samples):
    return np.round(samples * 32768).astype('<i2').tobytes()


def test_odd_chunks_are_the_sound(tmp_path):
    messages = chunks(sixteen(tone()), [1001, 1000, 1000, 999], 32_000)
    path = write(tmp_path / 'bag', ('/mic/audio', DATA, 'uint8[] data', messages))
    doubts = []
    (signal,) = signals(path, doubts=doubts)
    np.testing.assert_allclose(signal.values[:, 0], tone(), atol=2 / 32768)
    assert doubts == []


def test_audio_info_beside_is_used_and_that_of_another_folder_is_not(tmp_path):
    raw = np.repeat(tone(), 2).astype('>f4').tobytes()
    sound = ('/mic/audio', DATA, 'uint8[] data', chunks(raw, [4001], 128_000))
    right = [(BEGIN, b'broken'), (BEGIN, info_bytes(2, 16000, 'F32BE'))]
    one = write(tmp_path / 'one', sound, ('/mic/audio_info', AUDIO_INFO_TYPE, '', right))
    with BagReader(one) as bag:
        assert audio_info_beside(bag, '/mic/audio') == (2, 16000, 'F32BE', 'wave')
        assert audio_info_beside(bag, '/mic/audio_info') is None
        assert audio_definition(bag, '/mic/audio') == ''
    (signal,) = signals(one)
    np.testing.assert_allclose(signal.values[:, 0], tone(), atol=1e-6)
    two = write(tmp_path / 'two', sound, ('/audio_info', AUDIO_INFO_TYPE, '', right))
    with BagReader(two) as bag:
        assert audio_info_beside(bag, '/mic/audio') is None
    doubts = []
    signals(two, doubts=doubts, rate=64_000)
    assert [doubt.reason for doubt in doubts] == ['format']


def test_a_format_that_is_not_theirs_is_doubted_once(tmp_path):
    raw = np.random.default_rng(0).integers(0, 256, 4 * 32_000, np.uint8).tobytes()
    path = write(tmp_path / 'bag', ('/mic/audio', DATA, '', chunks(raw, [3200], 32_000)))
    halves = [Segment(BEGIN + i * 10**9, BEGIN + (i + 1) * 10**9, 'x') for i in range(4)]
    doubts = []
    cuts = signals(path, segments=halves, doubts=doubts)
    assert not any(isinstance(cut, str) for cut in cuts)
    assert [doubt.reason for doubt in doubts] == ['format']


@pytest.mark.parametrize('value', [0, 1000])
def test_a_stretch_of_frozen_sound_is_refused_and_a_silent_one_noted(tmp_path, value):
    samples = np.concatenate([tone(), np.full(32_000, value / 32768), tone()])
    messages = chunks(sixteen(samples), [4000], 32_000)
    path = write(tmp_path / 'bag', ('/mic/audio', DATA, '', messages))
    parts = [Segment(BEGIN + i * 2 * 10**9, BEGIN + (i + 1) * 2 * 10**9, 'x') for i in range(3)]
    doubts = []
    cuts = signals(path, segments=parts, doubts=doubts)
    refused = [isinstance(cut, str) for cut in cuts]
    assert refused == [False, value != 0, False]
    if value:
        assert 'every sample is 0.03052, which no microphone gives' in cuts[1]
        assert doubts == []
    else:
        assert [(doubt.reason, doubt.level) for doubt in doubts] == [('silent', NOTE)]


def test_a_wav_file_is_refused_to_its_end(tmp_path):
    raw = b'RIFF' + bytes(40) + sixteen(tone())
    path = write(tmp_path / 'bag', ('/mic/audio', DATA, '', chunks(raw, [4000], 32_000)))
    (why,) = signals(path)
    assert why == 'sound is missing in it (messages refused: 17 encoding)'


@pytest.mark.parametrize('definition', [NEWER_TEXT, f'Audio audio\n{LINE}', ''])
def test_audio_stamped_by_the_bag_s_definition_or_by_its_bytes(tmp_path, definition):
    kind = 'audio_common_msgs/msg/AudioStamped'
    data = newer(values=np.round(tone() * 32768))  # stamped 3 s
    path = write(tmp_path / 'bag', ('/sound', kind, definition, [(BEGIN, data)]))
    with BagReader(path) as bag:
        assert audio_definition(bag, '/sound') == definition
    at_3_s = [Segment(3 * 10**9, 5 * 10**9, 'x')]
    (signal,) = signals(path, '/sound', at_3_s)
    np.testing.assert_allclose(signal.values[:, 0], tone(), atol=2 / 32768)
