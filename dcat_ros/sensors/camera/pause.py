"""What a camera sees of somebody who does nothing."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.camera.joints import N_JOINTS
from dcat_ros.sensors.pause import held

__all__ = ['standing']

#: How far a pose network's joints of somebody who stands still wander, in torso lengths, and over
#: how many frames: the network smooths them.
_WANDER, _FRAMES = 0.01, 4


def standing(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """The pose before a pause for its first half, the one after it for the second; both wander.

    Args:
        before: shape (m, 39), see `samples`.
        after: shape (k, 39).
        n: number of samples.
        rng: makes the wandering.
    """
    joints = held(before, after, n, rng).reshape(n, N_JOINTS, 3).copy()
    noise = rng.normal(size=(n + _FRAMES - 1, N_JOINTS, 2))
    smooth = sum((noise[i : i + n] for i in range(_FRAMES)), np.zeros((n, N_JOINTS, 2)))
    joints[..., :2] += smooth * (_WANDER / np.sqrt(_FRAMES))
    return joints.reshape(n, -1)
