"""Random changes of skeletons."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.augment import rotated, scaled
from dcat_ros.sensors.sensor import Sensor

__all__ = ['augment']

Windows = NDArray[np.float32]


def augment(
    sensor: Sensor, windows: Windows, config: AugmentConfig, rng: np.random.Generator
) -> Windows:
    """Turn the person about the vertical; another scale, and noise."""
    turns = np.zeros((len(windows), 3))
    turns[:, 1] = rng.normal(scale=config.rotation_rad, size=len(windows))
    return scaled(sensor, rotated(windows, turns), config, rng)
