"""Degraded sound: how much is lost, and what is kept."""

import numpy as np
from helpers import made_sounds

from dcat_ros.sensors.sound.conditions import band_pass, quieter, white_noise
from dcat_ros.sensors.sound.sensor import SOUND
from dcat_ros.training.changed import changed

RATE = 16000


def tone(hz, seconds=1.0):
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.25 * np.sin(2 * np.pi * hz * time))[:, None].astype(np.float32)


def power(samples):
    return float(np.mean(np.square(samples, dtype=np.float64)))


def test_white_noise_has_the_ratio_asked_for():
    clean = tone(440)
    noisy = white_noise(clean, 10, np.random.default_rng(0))
    ratio = power(clean) / power(noisy - clean)
    assert 9.8 < 10 * np.log10(ratio) < 10.2


def test_band_pass_keeps_the_middle_and_loses_the_rest():
    for hz, least, most in ((1000, 0.99, 1.01), (50, 0, 1e-6), (7000, 0, 1e-6)):
        share = power(band_pass(tone(hz), 200, 4000)[4000:-4000]) / power(tone(hz)[4000:-4000])
        assert least <= share <= most, hz
    edge = power(band_pass(tone(200), 200, 4000)[4000:-4000]) / power(tone(200)[4000:-4000])
    assert abs(10 * np.log10(edge) + 6) < 0.1


def test_quieter_is_what_a_sound_card_gives():
    soft = quieter(tone(440), 12)
    assert abs(10 * np.log10(power(tone(440)) / power(soft)) - 12) < 0.01
    np.testing.assert_array_equal(soft * 32768, np.round(soft * 32768))


def noisy(samples, rng, db):
    return white_noise(samples, db, rng)


def test_changed_is_the_same_each_time_and_differs_by_clip():
    dataset = made_sounds()
    one, two = (
        changed(dataset, SOUND, lambda samples, rng: white_noise(samples, 10, rng))
        for _ in range(2)
    )
    noises = []
    for a, b, clean in zip(one.trials, two.trials, dataset.trials, strict=True):
        np.testing.assert_array_equal(a.signals['audio'].values, b.signals['audio'].values)
        noises.append(a.signals['audio'].values[0, 0] - clean.signals['audio'].values[0, 0])
        assert (a.name, a.label, a.source) == (clean.name, clean.label, clean.source)
    assert len(set(noises)) == len(noises)
