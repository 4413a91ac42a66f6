"""Random changes of what the tagger hears: as of other sound, with noise as a microphone has it."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound import augment
from dcat_ros.sensors.sound.ear.rows import at_its_rate, ear_rows
from dcat_ros.sensors.sound.log_mel import FLOOR, RATE_HZ

__all__ = ['another_place']

Power = NDArray[np.float32]

_NOISE_S = 30.0
#: Less than for a network that learns from our clips alone: what the tagger makes of a window that
#: is changed much has little to do with what it makes of clips.
_GAIN_DB = (-15.0, 5.0)
_SPREAD_DB = 2.0
_PASSED, _NOISY = 0.25, 0.5


def another_place(
    sensor: Sensor, windows: Power, config: AugmentConfig, rng: np.random.Generator
) -> Power:
    """What another room, microphone or distance makes of windows (N, T, 128) in dB.

    The amounts are fixed; those of the configuration are meant for vectors and pixels.
    """
    power, level = augment.normalise(np.power(10, windows / 10, dtype=np.float32))
    power, _ = augment.normalise(augment.equalise(power, rng, _SPREAD_DB, _PASSED))
    power = augment.add_noise(power, _noise(power.shape, rng), rng, _NOISY)
    gain = 10 ** (rng.uniform(*_GAIN_DB, size=(len(power), 1, 1)) / 10)
    return np.asarray(10 * np.log10(np.maximum(power * level * gain, FLOOR)), dtype=np.float32)


def _noise(shape: tuple[int, ...], rng: np.random.Generator) -> Power:
    """Stretches (N, T, 128) of noise in power, of mean one each, coloured as `colours` says."""
    n, length, n_bands = shape
    white = _white()
    starts = rng.integers(len(white), size=(n, 1))
    rows = white[(starts + np.arange(length)) % len(white)]
    noise, _ = augment.normalise(rows * augment.colours(n, n_bands, rng)[:, None])
    return noise


@lru_cache(maxsize=1)
def _white() -> Power:
    """Rows (n, 128) of a microphone's white noise in power."""
    samples = np.random.default_rng(0).normal(size=round(_NOISE_S * RATE_HZ)) * 0.1
    return np.power(10, ear_rows(at_its_rate(samples)) / 10, dtype=np.float32)
