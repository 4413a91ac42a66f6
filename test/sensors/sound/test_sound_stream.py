"""Frames of a stream of sound are those of the recording, however it is cut into chunks."""

from dataclasses import replace

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from dcat_ros.errors import MessageError
from dcat_ros.sensors.sound.frames import LOG_MEL
from dcat_ros.sensors.sound.log_mel import log_mel
from dcat_ros.sensors.sound.stream import SoundStream

NS = 1_000_000_000
START = 5 * NS


def noise(seconds=0.5, rate_hz=16000, channels=1, seed=0):
    rng = np.random.default_rng(seed)
    return (0.1 * rng.normal(size=(round(seconds * rate_hz), channels))).astype(np.float32)


def feed(stream, samples, sizes, rate_hz=16000, start_ns=START, late_ns=lambda i: 0):
    """Push chunks of these sizes in turn, stamped by the time of their first sample."""
    stamps, frames, at, i = [], [], 0, 0
    while at < len(samples):
        n = sizes[i % len(sizes)]
        stamp = start_ns + round(at * NS / rate_hz) + late_ns(i)
        found = stream.push(stamp, samples[at : at + n], rate_hz)
        stamps.append(found[0])
        frames.append(found[1])
        at, i = at + n, i + 1
    return np.concatenate(stamps), np.concatenate(frames)


@settings(max_examples=50)
@given(st.lists(st.integers(1, 3000), min_size=1, max_size=8))
def test_frames_do_not_depend_on_the_chunks(sizes):
    samples = noise(0.3)
    stamps, frames = feed(SoundStream(), samples, sizes)
    np.testing.assert_allclose(frames, log_mel(samples[:, 0]), atol=1e-4)
    ends = START + np.arange(len(frames)) * 10_000_000 + 25_000_000
    np.testing.assert_array_equal(stamps, ends)


@pytest.mark.parametrize('rate_hz', [8000, 11025, 22050, 44100, 48000, 96000])
def test_frames_of_another_rate_are_those_of_the_resampled_recording(rate_hz):
    samples = noise(1.0, rate_hz)
    whole = log_mel(soxr.resample(samples[:, 0], rate_hz, 16000))
    stamps, frames = feed(SoundStream(), samples, [rate_hz // 50], rate_hz)
    # the resampler keeps some milliseconds back
    assert len(whole) - 8 <= len(frames) <= len(whole)
    np.testing.assert_allclose(frames, whole[: len(frames)], atol=1e-2)
    assert np.diff(stamps).tolist() == [10_000_000] * (len(stamps) - 1)


def test_tone_above_half_the_rate_does_not_come_back_as_another():
    time = np.arange(48000) / 48000
    tone = np.sin(2 * np.pi * 15000 * time).astype(np.float32)[:, None]
    _, frames = feed(SoundStream(), 0.5 * tone, [960], 48000)
    heard = 0.5 * np.sin(2 * np.pi * 1000 * time).astype(np.float32)[:, None]
    _, audible = feed(SoundStream(), heard, [960], 48000)
    assert frames[10:].max() < audible[10:].max() - 60


def test_channels_are_averaged():
    samples = noise(0.3, channels=2)
    _, frames = feed(SoundStream(), samples, [512])
    np.testing.assert_allclose(frames, log_mel(samples.mean(axis=1)), atol=1e-3)


def test_each_frame_is_computed_once():
    computed = []

    def counting(samples):
        found = log_mel(samples)
        computed.append(len(found))
        return found

    samples = noise(1.0)
    _, frames = feed(SoundStream(frames=replace(LOG_MEL, rows=counting)), samples, [320])
    assert sum(computed) == len(frames) == 98


def test_gap_is_a_gap_and_not_silence():
    stream, samples = SoundStream(), noise(0.5)
    _, before = feed(stream, samples, [800])
    stamps, after = feed(stream, samples, [800], start_ns=START + 2 * NS)
    assert stream.counts['gap'] == 1
    np.testing.assert_allclose(after, before, atol=1e-4)
    assert stamps[0] == START + 2 * NS + 25_000_000


def test_jump_back_in_time_starts_anew():
    stream, samples = SoundStream(), noise(0.5)
    feed(stream, samples, [800])
    stamps, _ = feed(stream, samples, [800], start_ns=0)
    assert stream.counts['jump_back'] == 1
    assert stamps[0] == 25_000_000


def test_messages_that_come_late_by_chance_move_nothing():
    rng = np.random.default_rng(0)
    late = rng.integers(0, 40_000_000, size=2000)
    late[::8] = 0
    stream = SoundStream()
    stamps, _ = feed(stream, noise(4.0), [320], late_ns=lambda i: int(late[i]))
    assert stream.counts['drift'] == 0
    assert np.diff(stamps).tolist() == [10_000_000] * (len(stamps) - 1)


def test_clock_that_drifts_is_followed():
    stream = SoundStream()
    # a sound card that is 0.1 % slow: the stamps run ahead of the counted samples
    samples = noise(40.0)
    stamps, _ = feed(stream, samples, [1600], late_ns=lambda i: i * 100_000)
    assert stream.counts['drift'] >= 2
    assert stream.counts['gap'] == 0
    true_end = START + 40 * NS + 400 * 100_000
    assert abs(stamps[-1] - true_end) < 30_000_000
    assert (np.diff(stamps) > 0).all()


def test_rate_that_changes_starts_anew():
    stream = SoundStream()
    feed(stream, noise(0.3), [800])
    stamps, frames = feed(stream, noise(0.3, 48000), [800], 48000, start_ns=START + NS // 2)
    assert stream.counts['rate_change'] == 1
    assert len(frames) > 20
    assert stamps[0] == START + NS // 2 + 25_000_000


@pytest.mark.parametrize('rate_hz', [0, -1, 7999, 96001, 10**9])
def test_rate_that_cannot_be_used_is_a_sentence(rate_hz):
    with pytest.raises(MessageError, match=f'sound of {rate_hz} Hz cannot be used; 8000 to 96000'):
        SoundStream().push(0, noise(0.1), rate_hz)


def test_clipped_chunks_are_counted():
    stream = SoundStream()
    stream.push(0, np.ones((100, 1), np.float32), 16000)
    stream.push(0, 0.5 * np.ones((100, 1), np.float32), 16000)
    assert stream.counts['clipped'] == 1


@pytest.mark.parametrize('rate_hz', [16000, 48000])
@pytest.mark.filterwarnings('ignore:overflow')
def test_sound_beyond_all_floats_is_refused_and_forgotten(rate_hz):
    stream, samples = SoundStream(), noise(0.5, rate_hz, channels=2)
    with pytest.raises(MessageError, match='NaN, infinite') as caught:
        feed(stream, np.full_like(samples, 3.4e38), [800], rate_hz)
    assert caught.value.reason == 'non_finite'
    _, after = feed(stream, samples, [800], rate_hz, start_ns=START + NS // 20)
    _, alone = feed(SoundStream(), samples, [800], rate_hz)
    np.testing.assert_array_equal(after, alone)
