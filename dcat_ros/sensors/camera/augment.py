"""Random changes of joints in pictures."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.camera.joints import HIPS, N_JOINTS
from dcat_ros.sensors.sensor import Sensor

__all__ = ['augment']

Windows = NDArray[np.float32]

#: Joints lie elsewhere on other bodies, and to other pose networks: of the noise's size, so often.
_OFFSET = 1.5
#: Of the windows: the legs are hidden; a joint is for a while.
_NO_LEGS, _NO_JOINT = 0.1, 0.15
_LEGS = slice(9, 13)


def augment(
    sensor: Sensor, windows: Windows, config: AugmentConfig, rng: np.random.Generator
) -> Windows:
    """Tilt the camera, stretch the person, move joints, and hide some.

    The angle of `config.rotation_rad` is that of the camera about its axis; `config.scale` is how
    much wider or narrower the person gets, as when he turns a little.
    """
    joints = windows.reshape(*windows.shape[:2], N_JOINTS, 3).copy()
    n, length = joints.shape[:2]
    hips = joints[:, :, HIPS, :2].mean(axis=2, keepdims=True)
    middle = hips.mean(axis=1, keepdims=True)
    angles = np.float32(config.rotation_rad) * rng.standard_normal(n, np.float32)
    turn = np.stack([np.cos(angles), -np.sin(angles), np.sin(angles), np.cos(angles)], axis=1)
    turn = turn.reshape(n, 1, 2, 2)
    wide = np.ones((n, 1, 1, 2), np.float32)
    wide[..., 0] += np.float32(config.scale) * rng.standard_normal((n, 1, 1), np.float32)
    places = np.matmul((joints[..., :2] - middle) * wide, turn.transpose(0, 1, 3, 2)) + middle
    steady = rng.standard_normal((n, 1, N_JOINTS, 2), np.float32)
    quick = rng.standard_normal((n, length, N_JOINTS, 2), np.float32)
    joints[..., :2] = places + np.float32(config.noise) * (_OFFSET * steady + quick)
    _hide(joints, rng)
    return joints.reshape(windows.shape)


def _hide(joints: Windows, rng: np.random.Generator) -> None:
    """Tell some joints as not seen; the network's front looks at no place of theirs."""
    n, length = joints.shape[:2]
    joints[rng.random(n) < _NO_LEGS, :, _LEGS, 2] = 0
    for i in np.flatnonzero(rng.random(n) < _NO_JOINT):
        start, joint = rng.integers(length), rng.integers(N_JOINTS)
        joints[i, start : start + 1 + rng.integers(length), joint, 2] = 0
