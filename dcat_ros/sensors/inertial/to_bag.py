"""Messages of an inertial sensor, made of what was recorded."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.inertial.messages import IMU_TYPE
from dcat_ros.sensors.inertial.named import NAMED
from dcat_ros.sensors.inertial.pause import ENDS, stillness
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.to_bag import Gap, Message, ToBag, Types, header
from dcat_ros.signals import Signal

__all__ = ['TO_BAG', 'imu']


def imu(types: Types, stamp_ns: int, values: NDArray[Any], frame_id: str = 'imu_link') -> Any:
    """sensor_msgs/Imu of acceleration in m/s² and angular rate in rad/s, shape (6,)."""
    vector = types['geometry_msgs/msg/Vector3']
    unknown = np.zeros(9)  # REP-145: all zeros is "covariance unknown"
    no_orientation = np.array([-1.0] + [0.0] * 8)
    ax, ay, az, wx, wy, wz = (float(value) for value in values)
    return types[IMU_TYPE](
        header=header(types, stamp_ns, frame_id),
        orientation=types['geometry_msgs/msg/Quaternion'](x=0.0, y=0.0, z=0.0, w=1.0),
        orientation_covariance=no_orientation,
        angular_velocity=vector(x=wx, y=wy, z=wz),
        angular_velocity_covariance=unknown,
        linear_acceleration=vector(x=ax, y=ay, z=az),
        linear_acceleration_covariance=unknown,
    )


def _messages(types: Types, signal: Signal, given: Given, begin_ns: int) -> Iterator[Message]:
    for stamp, row in zip((signal.stamps_ns + begin_ns).tolist(), signal.values, strict=True):
        yield stamp, NAMED.topic, imu(types, stamp, row)


def _pause(gap: Gap, rng: np.random.Generator) -> NDArray[Any]:
    return stillness(gap.before, gap.after, len(gap.stamps_ns), rng)


TO_BAG = ToBag({NAMED.topic: IMU_TYPE}, _messages, _pause, ends=ENDS)
