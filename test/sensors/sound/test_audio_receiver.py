"""From serialised sound to windows of log-mel frames."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from receiver_helpers import bytes_message, sound_message, stamped_message
from sound_helpers import newer

from dcat_ros.doubt import FAULT
from dcat_ros.errors import ConfigError, MessageError
from dcat_ros.messages.batch import Batch, Recorded
from dcat_ros.sensors.sound.format import AudioInfo
from dcat_ros.sensors.sound.log_mel import log_mel
from dcat_ros.sensors.sound.messages import AUDIO_TYPES
from dcat_ros.sensors.sound.receiver import AudioReceiver
from dcat_ros.streaming.reading import Reading
from dcat_ros.streaming.window import WindowStream

NOISE = (np.random.default_rng(0).normal(size=64000) * 0.1).clip(-1, 1)
BEGIN = 5 * 10**9


def stream():
    return WindowStream(n_channels=64, rate_hz=100.0, window_s=1.0, stride_s=0.5)


def fed(found, chunks, rate_hz=16000, begin_ns=BEGIN, channels=1):
    windows, n = [], 0
    for chunk in chunks:
        n += len(chunk) // channels
        arrived = begin_ns + round(n * 1e9 / rate_hz)
        for job in found.accept(sound_message(chunk), arrived, lambda stamp: stamp):
            windows += found.windows(job)
    return windows


def chunks_of(samples, size):
    return [samples[i : i + size] for i in range(0, len(samples), size)]


@pytest.mark.parametrize('size', [1600, 1024, 37])
def test_windows_are_the_log_mel_of_the_whole_whatever_the_chunks(size):
    windows = fed(AudioReceiver(stream()), chunks_of(NOISE, size))
    whole = log_mel(np.round(NOISE * 32767).astype(np.int16).astype(np.float32) / 32768)
    assert len(windows) == (len(whole) - 100) // 50 + 1
    for i, window in enumerate(windows):
        np.testing.assert_allclose(window.samples, whole[50 * i : 50 * i + 100], atol=1e-3)
        # a frame's stamp is the end of its 25 ms
        assert window.end_ns == BEGIN + 25_000_000 + (50 * i + 99) * 10_000_000


def test_interleaved_channels_are_averaged():
    two = np.stack([NOISE, np.zeros_like(NOISE)], axis=1).ravel()
    mixed = fed(AudioReceiver(stream(), channels=2), chunks_of(two, 3200), channels=2)
    half = fed(AudioReceiver(stream()), chunks_of(NOISE / 2, 1600))
    # away from the floor a half is a half; rounding to 16 bits differs
    np.testing.assert_allclose(mixed[0].samples, half[0].samples, atol=0.1)


def test_odd_values_for_the_channels_are_refused():
    with pytest.raises(MessageError, match='2 channels') as problem:
        fed(AudioReceiver(stream(), channels=2), [NOISE[:1601]])
    assert problem.value.reason == 'odd'


def test_a_gap_is_a_gap_and_not_silence():
    found = AudioReceiver(stream())
    first = fed(found, chunks_of(NOISE[:24000], 1600))
    later = fed(found, chunks_of(NOISE[24000:], 1600), begin_ns=BEGIN + 10**10)
    assert len(first) == 1
    assert found.counts['gap'] == 1
    assert later[0].start_ns > BEGIN + 10**10
    assert not any((w.samples <= -99).any() for w in first + later)


def test_clipped_silent_and_another_rate_are_told():
    told = []
    found = AudioReceiver(stream(), notice=lambda reason, sentence: told.append(reason))
    fed(found, [np.zeros(1600), np.full(1600, 1.1)])
    assert told == ['silent', 'clipped']


def test_another_rate_in_mid_stream_is_told_and_the_sound_goes_on():
    told = []
    found = AudioReceiver(
        stream(),
        type_name='audio_common_msgs/msg/AudioStamped',
        notice=lambda reason, sentence: told.append((reason, sentence)),
    )
    windows, stamp_ns = [], BEGIN
    for rate_hz in (16000,) * 30 + (48000,) * 30:
        chunk = NOISE[: rate_hz // 10]
        windows += found.accept(stamped_message(stamp_ns, chunk, rate_hz), 0, lambda stamp: stamp)
        stamp_ns += 100_000_000
    assert told == [('rate_change', 'the rate of the sound changed to 48000 Hz')]
    assert windows[-1].frame_id == 'microphone'
    # six seconds of windows of 1 s every 0.5 s: the change leaves no hole
    assert len(windows) in (10, 11)


@pytest.mark.parametrize(
    'options', [{'type_name': 'std_msgs/msg/String'}, {'rate_hz': 0}, {'channels': 0}]
)
def test_settings_that_make_no_sense_are_refused(options):
    with pytest.raises(ConfigError):
        AudioReceiver(stream(), **options)


@settings(max_examples=3000)
@given(st.binary(max_size=300), st.sampled_from(AUDIO_TYPES))
@example(b'\x00\x01\x00\x00' + b'\xff' * 100, AUDIO_TYPES[0])
@example(b'', AUDIO_TYPES[1])
def test_any_bytes_give_windows_or_a_message_error(data, type_name):
    found = AudioReceiver(stream(), type_name=type_name)
    windows = []
    with suppress(MessageError):  # anything else fails the test
        windows = found.accept(data, BEGIN, lambda stamp: stamp)
    assert windows == []


@pytest.mark.parametrize(
    ('rate_hz', 'text'),
    [(16000, ''), (15500, ''), (48000, '48000 samples come in a second, and sample_rate=16000')],
)
def test_another_rate_than_was_said_is_doubted(rate_hz, text):
    found = AudioReceiver(stream())
    fed(found, chunks_of(np.tile(NOISE, 6), 1600), rate_hz=rate_hz)
    assert found.doubt.startswith(text) if text else found.doubt == ''
    found.reset()
    assert found.doubt == ''


def heard(found, raw, sizes, bytes_a_second, begin_ns=BEGIN):
    """Windows of raw bytes in chunks of these sizes in turn, each when it was heard."""
    windows, at, i = [], 0, 0
    while at < len(raw):
        size = sizes[i % len(sizes)]
        arrived = begin_ns + round(min(at + size, len(raw)) * 1e9 / bytes_a_second)
        message = bytes_message(raw[at : at + size])
        for job in found.accept(message, arrived, lambda stamp: stamp):
            windows += found.windows(job)
        at, i = at + size, i + 1
    return windows


DATA = 'audio_common_msgs/msg/AudioData'


def test_odd_chunks_of_bytes_are_the_sound_of_even_ones():
    raw = np.round(NOISE * 32767).astype('<i2').tobytes()
    odd = heard(AudioReceiver(stream(), type_name=DATA), raw, [1001, 1000, 1000, 999], 32_000)
    even = heard(AudioReceiver(stream(), type_name=DATA), raw, [1000], 32_000)
    assert len(odd) == len(even) > 5
    for a, b in zip(odd, even, strict=True):
        np.testing.assert_allclose(a.samples, b.samples, atol=1e-4)


def test_audio_info_says_format_rate_and_channels():
    raw = np.repeat(NOISE, 2).astype('>f4').tobytes()
    found = AudioReceiver(stream(), type_name=DATA)
    found.info = AudioInfo(2, 16000, 'F32BE', 'wave')
    told = heard(found, raw, [6401], 128_000)
    plain = fed(AudioReceiver(stream()), chunks_of(NOISE, 1600))
    np.testing.assert_allclose(told[2].samples, plain[2].samples, atol=0.1)
    assert found.doubts == []


def test_a_wrong_format_is_a_fault_and_audio_info_that_comes_later_mends_it():
    raw = NOISE.astype('<f4').tobytes()
    found = AudioReceiver(stream(), type_name=DATA, rate_hz=32_000)
    heard(found, raw, [3200], 64_000)
    (doubt,) = found.doubts
    assert (doubt.reason, doubt.level) == ('format', FAULT)
    assert found.doubt == doubt.sentence
    found.info = AudioInfo(1, 16000, 'F32LE', 'wave')
    assert found.doubts == []
    heard(found, raw, [3200], 64_000, BEGIN + 10**10)
    assert found.doubts == []


def test_a_rate_that_does_not_come_is_a_fault():
    found = AudioReceiver(stream())
    fed(found, chunks_of(np.tile(NOISE, 6), 1600), rate_hz=48000)
    assert [(doubt.reason, doubt.level) for doubt in found.doubts] == [('rate', FAULT)]


def test_frozen_sound_has_no_window():
    found = AudioReceiver(stream())
    windows = fed(found, chunks_of(np.full(48000, 0.3), 1600))
    assert [doubt.reason for doubt in found.doubts] == ['frozen']
    assert windows[-1].samples is None
    windows = fed(found, chunks_of(NOISE, 1600), begin_ns=BEGIN + 3 * 10**9)
    assert windows[-1].samples is not None


LOUD = np.full(1600, 3.4e38)
STAMPED = 'audio_common_msgs/msg/AudioStamped'


def one_in_thirty(messages, hostile):
    return [hostile if i == 10 else message for i, message in enumerate(messages)]


@pytest.mark.parametrize('form', ['stamped', 'F32LE', 'F64BE'])
def test_one_chunk_beyond_all_floats_is_lost_and_no_other(form):
    chunks = chunks_of(NOISE[:48000], 1600)
    info = None
    if form == 'stamped':
        messages = [newer('float32_data', chunk) for chunk in one_in_thirty(chunks, LOUD)]
    else:
        info, kind = AudioInfo(1, 16000, form, 'wave'), {'F32LE': '<f4', 'F64BE': '>f8'}[form]
        messages = [
            bytes_message(np.asarray(chunk, kind).tobytes())
            for chunk in one_in_thirty(chunks, LOUD)
        ]
    found = AudioReceiver(stream(), type_name=STAMPED if form == 'stamped' else DATA)
    found.info = info
    windows, refused = [], []
    for i, data in enumerate(messages):
        now = BEGIN + i * 100_000_000
        try:
            windows += found.accept(data, now, lambda stamp, now=now: now)
        except MessageError as problem:
            refused.append((i, problem.reason))
    assert refused == [(10, 'implausible')]
    # a second before it, and two after it
    assert len(windows) == 4
    assert np.isfinite([window.samples for window in windows]).all()


def test_one_chunk_beyond_all_floats_does_not_end_a_bag():
    chunks = one_in_thirty(chunks_of(NOISE[:48000], 1600), LOUD)
    reading = Reading(AudioReceiver(stream(), type_name=STAMPED), receive_time=True)
    recorded = [
        Recorded('/audio', newer('float32_data', chunk), BEGIN + i * 100_000_000)
        for i, chunk in enumerate(chunks)
    ]
    assert len(reading.take(Batch.of(recorded))) == 4
    assert dict(reading.rejected) == {'implausible': 1}
