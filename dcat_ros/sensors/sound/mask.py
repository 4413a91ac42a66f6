"""Random changes of log-mel windows whose level is taken away."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.augment import scaled
from dcat_ros.sensors.sensor import Sensor

__all__ = ['masked']

Windows = NDArray[np.float32]

_MEL_SHIFT = 2  # bands
_TIME_MASK = 0.15  # of the window


def masked(
    sensor: Sensor, windows: Windows, config: AugmentConfig, rng: np.random.Generator
) -> Windows:
    """Shift along frequency, blank a stretch of time; another scale, and noise."""
    return scaled(sensor, _masked_spectra(windows, rng), config, rng)


def _masked_spectra(windows: Windows, rng: np.random.Generator) -> Windows:
    """Shift along frequency and blank a stretch of time (D. Park et al., "SpecAugment", 2019)."""
    n, length, n_mels = windows.shape
    bands = np.arange(n_mels)[None] + rng.integers(-_MEL_SHIFT, _MEL_SHIFT + 1, size=(n, 1))
    out = np.take_along_axis(windows, np.clip(bands, 0, n_mels - 1)[:, None], axis=2)
    starts = rng.integers(0, length, size=(n, 1))
    stops = starts + rng.integers(0, max(1, round(_TIME_MASK * length)) + 1, size=(n, 1))
    time = np.arange(length)[None]
    out[(time >= starts) & (time < stops)] = 0
    return out
