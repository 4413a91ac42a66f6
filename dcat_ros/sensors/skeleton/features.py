"""The skeleton of a depth camera: a modality for training alone, no robot needs it.

Twenty joints in the order of the Kinect v1, in the camera's frame: x to the right of the image,
y up, z away from the camera, metres.
"""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import DatasetError

__all__ = ['JOINTS', 'N_FEATURES', 'features']

#: Names as UTD-MHAD's Skeleton_joint_order.txt has them; left and right are the data set's words.
JOINTS = (
    'head',
    'shoulder_center',
    'spine',
    'hip_center',
    'left_shoulder',
    'left_elbow',
    'left_wrist',
    'left_hand',
    'right_shoulder',
    'right_elbow',
    'right_wrist',
    'right_hand',
    'left_hip',
    'left_knee',
    'left_ankle',
    'left_foot',
    'right_hip',
    'right_knee',
    'right_ankle',
    'right_foot',
)
N_FEATURES = 2 * 3 * len(JOINTS)

_SHOULDER_CENTER, _HIP_CENTER = 1, 3
_LEFT, _RIGHT = (4, 12), (8, 16)  # shoulder and hip
_FIRST = 5  # frames that tell which way the person faces
_SHORTEST_M = 0.05  # torso, or width of shoulders plus hips: below it, no person
_VELOCITY = 4.0  # makes a step between two frames of about the size of a position


def features(joints: NDArray[np.floating], n_frames: int = 32) -> NDArray[np.float32]:
    """Describe a movement, whoever makes it, wherever, facing wherever, and however fast.

    Every frame is centred on the hips; the whole is divided by the torso's length (hip centre to
    shoulder centre, median over the frames), turned about the vertical so that the line of
    shoulders and hips in the first frames points along x, and resampled linearly.

    Args:
        joints: shape (n, 20, 3), metres, camera frame, joints as in `JOINTS`; n at least 2.
        n_frames: frames of the result, equally spaced over the movement.

    Returns:
        Shape (n_frames, 120): positions in torso lengths (x, y, z of the first joint, and so on),
        then 4 times their difference to the frame before (zero for the first).

    Raises:
        DatasetError: the shape is another, there are fewer than two frames, a coordinate is not
            finite, or the torso or the line of shoulders and hips has no length.
    """
    if n_frames < 1:
        raise DatasetError(f'{n_frames} frames cannot be made of a skeleton, at least 1 can')
    from scipy.interpolate import make_interp_spline  # nodes have no use for it

    _check(joints)
    positions = joints.astype(np.float64)
    torso = positions[:, _SHOULDER_CENTER] - positions[:, _HIP_CENTER]
    length = float(np.median(np.linalg.norm(torso, axis=1)))
    if length < _SHORTEST_M:
        raise DatasetError(f'the torso is {length:.3f} m long, {_SHORTEST_M} m are needed')
    centred = positions - positions[:, _HIP_CENTER, None]
    scaled = centred @ _facing_camera(positions).T / length
    flat = scaled.reshape(len(scaled), -1)
    line = make_interp_spline(np.arange(len(flat)), flat, k=1)
    resampled = line(np.linspace(0, len(flat) - 1, n_frames))
    steps = np.diff(resampled, axis=0, prepend=resampled[:1])
    return np.asarray(np.concatenate([resampled, _VELOCITY * steps], axis=1), dtype=np.float32)


def _check(joints: NDArray[np.floating]) -> None:
    if joints.ndim != 3 or joints.shape[1:] != (len(JOINTS), 3) or joints.dtype.kind not in 'fiu':
        raise DatasetError(
            f'a skeleton has numbers of shape (frames, {len(JOINTS)}, 3), not {joints.dtype} '
            f'of shape {joints.shape}'
        )
    if len(joints) < 2:
        raise DatasetError(f'{len(joints)} frames of a skeleton are too few, 2 are needed')
    # beyond 100 m no camera sees anybody, and squares of such numbers may overflow
    if not (np.isfinite(joints).all() and np.abs(joints).max() < 100):
        raise DatasetError('a coordinate of the skeleton is NaN, infinite or beyond 100 m')


def _facing_camera(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotation about y, shape (3, 3), that lays the line from left to right along x."""
    first = positions[:_FIRST].mean(0)
    x, _, z = first[list(_RIGHT)].sum(0) - first[list(_LEFT)].sum(0)
    width = float(np.hypot(x, z))
    if width < _SHORTEST_M:
        raise DatasetError('shoulders and hips have no width, so the facing is unknown')
    cos, sin = x / width, z / width
    return np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])
