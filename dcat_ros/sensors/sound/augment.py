"""Random changes of sound, made on mel power: what another room, microphone or kitchen would do.

All functions take and give power (N, L, 64), linear and not in dB, since sounds add in power.
"""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound.log_mel import FLOOR

__all__ = [
    'add_noise',
    'another_place',
    'colours',
    'equalise',
    'mask',
    'mix',
    'normalise',
    'shift_bands',
]

Power = NDArray[np.float32]

_GAIN_DB = (-20.0, 8.0)
_EQUALISER_POINTS = 6
_EQUALISER_DB = 5.0  # standard deviation at each point
_BAND_PASS_SHARE = 0.3
_MIX_BETA = 0.5
_SHIFT_BANDS = 2.0
_NOISE_SHARE = 0.6
_NOISE_DB = (6.0, 40.0)  # of the signal over the noise
_MASK_BANDS = 10
_MASK_ROWS = 0.15  # greatest share of the window


def normalise(power: Power) -> tuple[Power, NDArray[np.float32]]:
    """Each window with a mean power of one, and the mean powers (N, 1, 1) that it had."""
    mean = np.maximum(power.mean(axis=(1, 2), keepdims=True), 1e-10)
    return power / mean, mean


def shift_bands(power: Power, rng: np.random.Generator) -> Power:
    """Move each window up or down by up to two bands: a larger pan, another tap."""
    n, _, n_bands = power.shape
    at = np.arange(n_bands) + rng.uniform(-_SHIFT_BANDS, _SHIFT_BANDS, size=(n, 1))
    at = np.clip(at, 0, n_bands - 1)
    left = np.minimum(np.floor(at).astype(np.int64), n_bands - 2)
    part = (at - left).astype(np.float32)[:, None]
    lower = np.take_along_axis(power, left[:, None], axis=2)
    upper = np.take_along_axis(power, left[:, None] + 1, axis=2)
    return np.asarray((1 - part) * lower + part * upper)


def equalise(
    power: Power,
    rng: np.random.Generator,
    spread_db: float = _EQUALISER_DB,
    passed_share: float = _BAND_PASS_SHARE,
) -> Power:
    """Another microphone: smooth random gains, and for some a band-pass with random edges.

    Args:
        power: (N, L, bands).
        rng: draws them.
        spread_db: standard deviation of the gains at each of six points.
        passed_share: of the windows, those with a band-pass.
    """
    n, _, n_bands = power.shape
    gain_db = _smooth(rng.normal(scale=spread_db, size=(n, _EQUALISER_POINTS)), n_bands)
    bands = np.arange(n_bands)
    low = rng.uniform(0, n_bands / 4, size=(n, 1))
    high = rng.uniform(n_bands / 2, n_bands, size=(n, 1))
    slope = np.exp(rng.uniform(np.log(1.5), np.log(30), size=(n, 1)))  # dB per band
    outside = np.maximum(np.maximum(low - bands, bands - high), 0)
    passed = rng.random((n, 1)) < passed_share
    gain_db = gain_db - np.where(passed, np.minimum(slope * outside, 90), 0)
    return np.asarray(power * 10 ** (gain_db / 10)[:, None], dtype=np.float32)


def mix(
    windows: Power, targets: NDArray[np.float32], mixed: float, rng: np.random.Generator
) -> tuple[Power, NDArray[np.float32], NDArray[np.bool_]]:
    """Two sounds at once: each window with the next one, and the targets in the same shares.

    Source: Y. Tokozume et al., "Learning from between-class examples for deep sound recognition",
    ICLR 2018; shares are of amplitudes, so that powers have their squares.

    Args:
        windows: (N, T, 64) in dB; a mixed one keeps its level.
        targets: (N, classes).
        mixed: share of the windows that are.
        rng: draws who is mixed, and the shares.

    Returns:
        Windows, targets, and which are two at once.
    """
    power, level = normalise(np.power(10, windows / 10, dtype=np.float32))
    n = len(power)
    share = rng.beta(_MIX_BETA, _MIX_BETA, size=n)
    share = np.maximum(share, 1 - share)
    is_mixed = rng.random(n) < mixed
    share = np.where(is_mixed, share, 1.0).astype(np.float32)
    a, b = share**2, (1 - share) ** 2
    total = (a + b)[:, None, None]
    both = (a[:, None, None] * power + b[:, None, None] * np.roll(power, 1, axis=0)) / total
    shared = share[:, None] * targets + (1 - share[:, None]) * np.roll(targets, 1, axis=0)
    both = both * level
    out = 10 * np.log10(np.maximum(both, FLOOR))
    return out.astype(np.float32), shared.astype(np.float32), is_mixed


def colours(n: int, n_bands: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Gains (n, bands) of noise in power: half of it white, the rest of a random smooth colour."""
    tilt_db = rng.normal(scale=10, size=(n, 1)) * np.linspace(-1, 1, n_bands)
    colour_db = tilt_db + _smooth(rng.normal(scale=4, size=(n, _EQUALISER_POINTS)), n_bands)
    colour_db *= rng.random((n, 1)) < 0.5
    gains = 10 ** (colour_db / 10)
    return np.asarray(gains / gains.mean(axis=1, keepdims=True), dtype=np.float32)


def add_noise(
    power: Power, noise: Power, rng: np.random.Generator, share: float = _NOISE_SHARE
) -> Power:
    """Add noise to some windows, the signal 6 to 40 dB above it.

    Args:
        power: (N, L, bands), of mean one each.
        noise: the same shape, of mean one each.
        rng: draws who gets noise, and how much.
        share: of the windows that get it.
    """
    level = 10 ** (-rng.uniform(*_NOISE_DB, size=(len(power), 1, 1)) / 10)
    level *= rng.random((len(power), 1, 1)) < share
    return np.asarray(power + level * noise, dtype=np.float32)


def mask(power: Power, rng: np.random.Generator) -> Power:
    """Replace a stretch of bands and one of time by the window's geometric mean.

    Source: D. Park et al., "SpecAugment", Interspeech 2019.
    """
    power = power.copy()
    n, n_rows, n_bands = power.shape
    fill = np.exp(np.log(power + 1e-6).mean(axis=(1, 2)))
    for i in range(n):
        width = rng.integers(_MASK_BANDS + 1)
        first = rng.integers(n_bands - width + 1)
        power[i, :, first : first + width] = fill[i]
        width = rng.integers(int(_MASK_ROWS * n_rows) + 1)
        first = rng.integers(n_rows - width + 1)
        power[i, first : first + width] = fill[i]
    return power


def _smooth(points: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Rows (n, k) interpolated to (n, length) by straight lines."""
    at = np.linspace(0, points.shape[1] - 1, length)
    left = np.minimum(at.astype(np.int64), points.shape[1] - 2)
    part = at - left
    return np.asarray((1 - part) * points[:, left] + part * points[:, left + 1])


def another_place(
    sensor: Sensor, windows: Power, config: AugmentConfig, rng: np.random.Generator
) -> Power:
    """What another room, microphone or distance makes of windows (N, T, 64) in dB.

    The amounts are fixed; those of the configuration are meant for vectors and pixels.
    """
    power, level = normalise(np.power(10, windows / 10, dtype=np.float32))
    power, _ = normalise(equalise(shift_bands(power, rng), rng))
    # noise does not change but for its colour: its own spread is that of an exponential
    white = rng.exponential(size=power.shape).astype(np.float32)
    noise = white * colours(len(power), power.shape[2], rng)[:, None]
    power = mask(add_noise(power, noise, rng), rng)
    gain = 10 ** (rng.uniform(*_GAIN_DB, size=(len(power), 1, 1)) / 10)
    return np.asarray(10 * np.log10(np.maximum(power * level * gain, FLOOR)), dtype=np.float32)
