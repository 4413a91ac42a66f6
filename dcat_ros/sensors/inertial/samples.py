"""The inertial sensor: acceleration and angular rate, as sensor_msgs/Imu has them (REP-145)."""

import numpy as np
from numpy.typing import NDArray

__all__ = ['CHANNELS', 'GRAVITY', 'SCALE', 'UNITS', 'mount_rotation', 'rotate']

CHANNELS: tuple[str, ...] = ('ax', 'ay', 'az', 'wx', 'wy', 'wz')
UNITS: tuple[str, ...] = ('m/s^2', 'm/s^2', 'm/s^2', 'rad/s', 'rad/s', 'rad/s')
GRAVITY = 9.80665

#: The network divides by these, so that both kinds of channel are of order one.
SCALE: tuple[float, ...] = (GRAVITY, GRAVITY, GRAVITY, 3.5, 3.5, 3.5)


def mount_rotation(roll: float, pitch: float, yaw: float) -> NDArray[np.float32]:
    """Matrix that takes vectors from the sensor's frame to the frame of the training data.

    Args:
        roll: about x, in rad.
        pitch: about y, in rad.
        yaw: about z, in rad; applied in this order about fixed axes (REP-103).

    Returns:
        Shape (3, 3).
    """
    import cv2  # most nodes never turn anything

    about_x, about_y, about_z = (
        cv2.Rodrigues(np.array(vector))[0]
        for vector in ([roll, 0.0, 0.0], [0.0, pitch, 0.0], [0.0, 0.0, yaw])
    )
    return np.asarray(about_z @ about_y @ about_x, dtype=np.float32)


def rotate(samples: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rotate acceleration and angular rate.

    Args:
        samples: shape (T, 6).
        matrix: shape (3, 3).

    Returns:
        Shape (T, 6).
    """
    return np.concatenate([samples[:, :3] @ matrix.T, samples[:, 3:] @ matrix.T], axis=1)
