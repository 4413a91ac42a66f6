"""Random changes of frames of a depth camera."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.sensor import Sensor

__all__ = ['augment']

Windows = NDArray[np.float32]

_FRAME_SHIFT = 1 / 16  # of the frame's side


def augment(
    sensor: Sensor, windows: Windows, config: AugmentConfig, rng: np.random.Generator
) -> Windows:
    """Shift all frames of a window alike, and make the person larger or smaller."""
    windows = _shifted_frames(windows, sensor, rng)
    factors = 1 + np.float32(config.scale) * rng.standard_normal((len(windows), 1, 1), np.float32)
    # a larger person has the same mask; and pixels that are means have little noise
    n = (sensor.size or 1) ** 2
    return np.concatenate([windows[..., :n], windows[..., n:] * factors], axis=2)


def _shifted_frames(windows: Windows, sensor: Sensor, rng: np.random.Generator) -> Windows:
    """Shift all frames of a window alike; what comes in from outside has no reading."""
    size = sensor.size or 1
    reach = max(1, round(_FRAME_SHIFT * size))
    frames = windows.reshape(*windows.shape[:2], len(sensor.channels), size, size)
    padded = np.pad(frames, ((0, 0), (0, 0), (0, 0), (reach, reach), (reach, reach)))
    out = np.empty_like(frames)
    for i, (x, y) in enumerate(rng.integers(0, 2 * reach + 1, size=(len(windows), 2))):
        out[i] = padded[i, :, :, y : y + size, x : x + size]
    return out.reshape(windows.shape)
