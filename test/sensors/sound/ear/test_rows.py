"""The rows of the tagger: those of the public code, in a stream as of a recording."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.sound.ear.rows import EAR_FRAMES, FRAME, ear_rows, filters
from dcat_ros.sensors.sound.ear.samples import quiet_rows, rows_of
from dcat_ros.sensors.sound.stream import SoundStream
from dcat_ros.signals import Signal

NS = 1_000_000_000


def chirp():
    t = np.arange(3 * 32000) / 32000
    noise = np.random.RandomState(0).randn(len(t))
    return (0.3 * np.sin(2 * np.pi * (200 * t + 300 * t**2)) + 0.05 * noise).astype(np.float32)


def reference():
    """What the public code gives for the chirp, see `efficientat_chirp.npz`."""
    return np.load(Path(__file__).with_name('efficientat_chirp.npz'))


def as_the_tagger_takes_them(rows):
    return (np.log(10 ** (rows.astype(np.float64) / 10) + 1e-5) + 4.5) / 5


def test_rows_are_those_of_the_public_code():
    # its frames begin 400 samples before the sound's: the third one at sample 240
    found = as_the_tagger_takes_them(ear_rows(chirp()[240:]))
    np.testing.assert_allclose(found[:8], reference()['mel'].T[2:], atol=1e-4)


def test_a_tone_is_in_its_band_and_nothing_above_15_khz_is_heard():
    t = np.arange(32000) / 32000
    bands = filters()
    assert (bands.max(axis=1) > 0.5).sum() > 100
    assert not bands[:, int(15000 / 31.25) + 1 :].any()
    for hz in (500, 3000):
        rows = ear_rows(np.sin(2 * np.pi * hz * t))
        assert np.median(rows.argmax(axis=1)) == bands[:, round(hz / 31.25)].argmax()


@pytest.mark.parametrize('n', [0, 1, FRAME - 1])
def test_too_few_samples_are_refused(n):
    with pytest.raises(DatasetError, match=f'{n} samples of sound are too few'):
        ear_rows(np.zeros(n))


def test_what_is_no_number_is_refused():
    with pytest.raises(DatasetError, match='NaN'):
        ear_rows(np.full(FRAME, np.nan))


@settings(max_examples=30)
@given(st.lists(st.integers(1, 3000), min_size=1, max_size=8), st.sampled_from([16000, 44100]))
def test_a_stream_gives_the_rows_of_the_recording_however_it_is_cut(sizes, rate_hz):
    samples = 0.1 * np.random.default_rng(0).normal(size=(rate_hz // 2, 1)).astype(np.float32)
    stream, at, i = SoundStream(frames=EAR_FRAMES), 0, 0
    stamps, rows = [], []
    while at < len(samples):
        n = sizes[i % len(sizes)]
        found = stream.push(round(at * NS / rate_hz), samples[at : at + n], rate_hz)
        stamps.append(found[0])
        rows.append(found[1])
        at, i = at + n, i + 1
    whole, _ = other_stream(samples, rate_hz)
    assert len(np.concatenate(rows)) == len(whole)
    np.testing.assert_allclose(np.concatenate(rows), whole, atol=1e-3)
    np.testing.assert_array_equal(np.diff(np.concatenate(stamps)), 10_000_000)


def other_stream(samples, rate_hz):
    """All of it as one chunk."""
    stamps, rows = SoundStream(frames=EAR_FRAMES).push(0, samples, rate_hz)
    return rows, stamps


def test_a_stream_gives_what_training_saw():
    samples = 0.1 * np.random.default_rng(1).normal(size=(16000, 1)).astype(np.float32)
    stamps_ns = np.arange(16000) * (NS // 16000)
    trained = rows_of(None, Signal(stamps_ns, samples), 100.0)
    rows, stamps = other_stream(samples, 16000)
    # the resampler keeps some milliseconds back
    assert len(trained.values) - 8 <= len(rows) <= len(trained.values)
    np.testing.assert_allclose(rows, trained.values[: len(rows)], atol=1e-2)
    np.testing.assert_array_equal(stamps, trained.stamps_ns[: len(stamps)])


def test_a_pause_is_as_long_as_asked_for():
    for n in (1, 2, 333):
        rows = quiet_rows(np.zeros((1, 128)), np.zeros((1, 128)), n, np.random.default_rng(n))
        assert rows.shape == (n, 128)
        assert rows.max() < -10
