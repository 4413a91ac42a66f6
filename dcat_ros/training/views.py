"""Views: what a network is given of a recording, one array of fixed length per trial.

A view is a modality, or a poorer version of one: half the time, fewer samples, fewer pixels.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Signal, Trial
from dcat_ros.errors import ConfigError, DatasetError
from dcat_ros.modalities import audio, depth, imu, skeleton
from dcat_ros.modalities.registry import MODALITIES, Modality

__all__ = ['VIEWS', 'View', 'find_view', 'view_of']

Values = NDArray[np.float64]

_N_FRAMES = 12  # of a trial
_POOR_RATE_HZ = 12.5
_POOR_NOISE = 0.1 * imu.GRAVITY  # standard deviation per axis


@dataclass(frozen=True)
class View:
    """How a trial's signal becomes an array.

    Attributes:
        signal: which of the trial's signals.
        modality: what a network takes it for: channels, scale and pixels.
        make: from the signal and a generator of its own to an array (T, C).
    """

    signal: str
    modality: Modality
    make: Callable[[Signal, np.random.Generator], Values]


def find_view(name: str) -> View:
    """A view by name.

    Raises:
        ConfigError: there is none.
    """
    if name not in VIEWS:
        raise ConfigError(f'There is no view {name!r}; there are {", ".join(VIEWS)}.')
    return VIEWS[name]


def view_of(trial: Trial, name: str) -> NDArray[np.float32]:
    """What the view shows of a trial: the same each time.

    Returns:
        (T, C), T and C the same for all trials.

    Raises:
        ConfigError: there is no such view.
        DatasetError: the trial lacks the signal, or it is unusable.
    """
    view = find_view(name)
    if view.signal not in trial.signals:
        raise DatasetError(
            f'{trial.name} has no {view.signal} recording to pair with; it has '
            f'{", ".join(trial.signals)}.'
        )
    seed = int.from_bytes(hashlib.sha256(trial.name.encode()).digest()[:8], 'little')
    values = view.make(trial.signals[view.signal], np.random.default_rng(seed))
    return values.reshape(len(values), -1).astype(np.float32)


def _stretched(values: Values, length: int) -> Values:
    """Values (n, ...) linearly interpolated to (length, ...)."""
    at = np.linspace(0, len(values) - 1, length)
    left = np.floor(at).astype(np.int64)
    right = np.minimum(left + 1, len(values) - 1)
    part = (at - left).reshape(-1, *[1] * (values.ndim - 1))
    out: Values = (1 - part) * values[left] + part * values[right]
    return out


def _imu(channels: slice, share: float = 1.0) -> Callable[[Signal, np.random.Generator], Values]:
    """The first `share` of the recording, as 96 samples."""

    def make(signal: Signal, rng: np.random.Generator) -> Values:
        n = max(2, round(share * len(signal.values)))
        return _stretched(signal.values[:n, channels], 96)

    return make


def _poor_accelerometer(signal: Signal, rng: np.random.Generator) -> Values:
    """Acceleration alone, at 12.5 Hz without a low-pass, with noise of 0.1 g."""
    times = np.arange(0, signal.duration_s, 1 / _POOR_RATE_HZ)
    nearest = np.searchsorted(signal.stamps_ns, times * 1e9 + signal.stamps_ns[0])
    acceleration = signal.values[np.minimum(nearest, len(signal.values) - 1), :3]
    return _stretched(acceleration + rng.normal(scale=_POOR_NOISE, size=acceleration.shape), 48)


def _skeleton(signal: Signal, rng: np.random.Generator) -> Values:
    joints = signal.values.reshape(len(signal.values), 20, 3)
    return skeleton.features(joints).astype(np.float64)


def _depth(size: int) -> Callable[[Signal, np.random.Generator], Values]:
    """12 frames of (mask, relative depth); smaller ones are means over valid pixels."""

    def make(signal: Signal, rng: np.random.Generator) -> Values:
        at = np.round(np.linspace(0, len(signal.values) - 1, _N_FRAMES)).astype(np.int64)
        return depth.pooled(signal.values[at], size).astype(np.float64)

    return make


def _audio(signal: Signal, rng: np.random.Generator) -> Values:
    """Log-mel without its level: loudness tells the distance of the microphone."""
    mel = audio.log_mel(signal.values[:, 0].astype(np.float32)).astype(np.float64)
    return np.asarray(np.maximum(mel, mel.max() - 60) - mel.mean())


def _motion(signal: Signal, rng: np.random.Generator) -> Values:
    return _stretched(signal.values, 32)


VIEWS = {
    'imu': View('imu', MODALITIES['imu'], _imu(slice(0, 6))),
    'imu_half': View('imu', MODALITIES['imu'], _imu(slice(0, 6), share=0.5)),
    'accelerometer': View('imu', MODALITIES['accelerometer'], _imu(slice(0, 3))),
    'accelerometer_poor': View('imu', MODALITIES['accelerometer'], _poor_accelerometer),
    'gyroscope': View('imu', MODALITIES['gyroscope'], _imu(slice(3, 6))),
    'skeleton': View('skeleton', MODALITIES['skeleton'], _skeleton),
    'depth': View('depth', MODALITIES['depth'], _depth(32)),
    'depth_16': View('depth', MODALITIES['depth_16'], _depth(16)),
    'audio': View('audio', MODALITIES['audio'], _audio),
    'motion': View('motion', MODALITIES['motion'], _motion),
}
