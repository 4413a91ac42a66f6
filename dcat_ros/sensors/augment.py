"""Random changes of training windows that several sensors share."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.sensor import Sensor

__all__ = ['rotated', 'scaled', 'turned']

Windows = NDArray[np.float32]


def turned(
    sensor: Sensor, windows: Windows, config: AugmentConfig, rng: np.random.Generator
) -> Windows:
    """Vectors turned about any axis, then `scaled`: another seat of the sensor on the limb."""
    angles = rng.normal(scale=config.rotation_rad, size=(len(windows), 3))
    return scaled(sensor, rotated(windows, angles), config, rng)


def scaled(
    sensor: Sensor, windows: Windows, config: AugmentConfig, rng: np.random.Generator
) -> Windows:
    """Another scale for each window, and white noise."""
    factors = 1 + np.float32(config.scale) * rng.standard_normal((len(windows), 1, 1), np.float32)
    white = np.float32(config.noise) * rng.standard_normal(windows.shape, np.float32)
    out: Windows = windows * factors + white * np.array(sensor.scale, np.float32)
    return out


def rotated(windows: Windows, vectors: NDArray[np.float64]) -> Windows:
    """Turn all 3-vectors of each window (T, C) by its rotation vector, in rad."""
    matrices = _matrices(vectors).astype(np.float32)
    triples = windows.reshape(*windows.shape[:2], -1, 3)
    turned: Windows = np.matmul(triples, matrices.transpose(0, 2, 1)[:, None])
    return turned.reshape(windows.shape)


def _matrices(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Matrices (N, 3, 3) of rotation vectors (N, 3), by O. Rodrigues' formula.

    Without SciPy, which a robot need not have.
    """
    angles = np.linalg.norm(vectors, axis=1)[:, None, None]
    x, y, z = (vectors / np.maximum(angles[:, :, 0], 1e-300)).T
    zero = np.zeros_like(x)
    cross = np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]).transpose(2, 0, 1)
    turned: NDArray[np.float64] = (
        np.eye(3) + np.sin(angles) * cross + (1 - np.cos(angles)) * (cross @ cross)
    )
    return turned
