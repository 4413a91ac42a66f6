"""The few joints that every source of poses has, and in which place they lie in a picture.

One definition for the landmarks of MediaPipe and the skeletons of a Kinect, so that each can teach
the other. Left and right are the person's own.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = [
    'BONES',
    'HIPS',
    'IN_VIEW',
    'JOINTS',
    'N_JOINTS',
    'SEEN',
    'SHOULDERS',
    'from_kinect',
    'from_landmarks',
    'torso_of',
]

Joints = NDArray[np.float64]

JOINTS = (
    'head',
    'left_shoulder',
    'right_shoulder',
    'left_elbow',
    'right_elbow',
    'left_wrist',
    'right_wrist',
    'left_hip',
    'right_hip',
    'left_knee',
    'right_knee',
    'left_ankle',
    'right_ankle',
)
N_JOINTS = len(JOINTS)
SHOULDERS, HIPS = slice(1, 3), slice(7, 9)
#: Pairs of joints between which a line is drawn.
BONES = (
    *((1, 2), (1, 3), (3, 5), (2, 4), (4, 6), (1, 7), (2, 8)),
    *((7, 8), (7, 9), (9, 11), (8, 10), (10, 12)),
)
#: From this visibility on the place of a joint is worth something: a pose network knows much of
#: what it does not see, and leaving out what it is half sure of cost a point of macro-F1.
SEEN = 0.1
#: From this one on it is really in view.
IN_VIEW = 0.5

#: MediaPipe's numbers of all joints but the head; that is the middle of both ears, where the Kinect
#: has it, too.
_LANDMARKS = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
_EARS = [7, 8]
#: The Kinect's numbers of all joints, see `sensors.skeleton.features.JOINTS`.
_KINECT = [0, 4, 8, 5, 9, 6, 10, 12, 16, 13, 17, 14, 18]
_NEAREST_M = 0.1


def from_landmarks(landmarks: NDArray[np.floating]) -> Joints:
    """Joints of a person as a pose network sees him.

    Args:
        landmarks: shape (n, 33, 4 or more): x, y, z, visibility; NaN where nobody was found.

    Returns:
        Shape (n, 13, 3): x to the right and y down in the picture, and how sure it is that the
        joint is seen, from 0 to 1. Of nobody all are 0.
    """
    taken = np.asarray(landmarks[:, :, [0, 1, 3]], np.float64)
    ears = taken[:, _EARS].mean(axis=1, keepdims=True)
    # from the side one ear is enough
    ears[..., 2] = taken[:, _EARS, 2].max(axis=1, keepdims=True)
    joints = np.concatenate([ears, taken[:, _LANDMARKS]], axis=1)
    return np.asarray(np.nan_to_num(joints))


def from_kinect(positions: NDArray[np.floating]) -> Joints:
    """Joints of a skeleton, in the picture that a camera in the sensor's place would take.

    The Kinect's space is a mirror's: its x grows to the right of the mirrored image.

    Args:
        positions: shape (n, 20, 3), metres, camera frame, see `sensors.skeleton.features`.

    Returns:
        Shape (n, 13, 3), as of `from_landmarks`; x and y for a focal length of 1. All are seen.
    """
    taken = np.asarray(positions[:, _KINECT], np.float64)
    away = np.maximum(taken[..., 2], _NEAREST_M)
    x, y = -taken[..., 0] / away, -taken[..., 1] / away
    return np.stack([x, y, np.ones_like(x)], axis=-1)


def torso_of(joints: Joints) -> Joints:
    """From the middle of the hips to that of the shoulders in each frame (n,), in its units."""
    spine = joints[:, SHOULDERS, :2].mean(axis=1) - joints[:, HIPS, :2].mean(axis=1)
    return np.asarray(np.linalg.norm(spine, axis=-1))
