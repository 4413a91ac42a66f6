"""sensor_msgs/Imu from its serialised bytes (REP-145: m/s², rad/s, gravity included)."""

from math import isfinite
from struct import Struct, error
from typing import NamedTuple

from dcat_ros.errors import MessageError
from dcat_ros.messages.cdr import read_head

__all__ = ['IMU_TYPE', 'ImuSample', 'decode_imu']

IMU_TYPE = 'sensor_msgs/msg/Imu'

# After the header stand 37 doubles: orientation (4), its covariance (9), angular velocity (3),
# covariance (9), linear acceleration (3), covariance (9). Only what is used is unpacked: both
# vectors and the first element of their covariances.
_BODY = {order: Struct(f'{order}104x3dd64x3dd64x') for order in '<>'}

#: Above these a value is no motion of a person: m/s² and rad/s.
_LIMITS = (2000.0, 2000.0, 2000.0, 200.0, 200.0, 200.0)


class ImuSample(NamedTuple):
    """One reading of an inertial sensor.

    Attributes:
        stamp_ns: header stamp in nanoseconds; 0 if the sender left it empty.
        frame_id: the sensor's frame.
        values: acceleration x, y, z in m/s² (gravity included), angular rate x, y, z in rad/s.
    """

    stamp_ns: int
    frame_id: str
    values: tuple[float, float, float, float, float, float]


def decode_imu(data: bytes) -> ImuSample:
    """Decode one serialised sensor_msgs/Imu.

    Args:
        data: the CDR bytes as a bag or a raw subscription gives them.

    Raises:
        MessageError: with `reason` 'truncated', 'encoding', 'stamp', 'non_finite' (NaN or
            infinity), 'not_reported' (a covariance that starts with -1: REP-145's way of saying
            that the sensor does not measure this) or 'implausible' (over 2000 m/s² or 200 rad/s).
    """
    head = read_head(data)
    offset = head.body
    pad = -(offset - 4) % head.max_align  # alignment counts from the end of the encapsulation
    try:
        wx, wy, wz, w_covariance, ax, ay, az, a_covariance = _BODY[head.byte_order].unpack_from(
            data, offset + pad
        )
    except error:
        raise MessageError(
            f'Imu message of {len(data)} bytes is cut off, {offset + pad + 296} are needed',
            'truncated',
        ) from None
    if a_covariance == -1.0 or w_covariance == -1.0:
        which = 'linear acceleration' if a_covariance == -1.0 else 'angular velocity'
        raise MessageError(
            f'the sender does not report {which} (covariance[0] = -1), which the model needs',
            'not_reported',
        )
    values = (ax, ay, az, wx, wy, wz)
    for value, limit in zip(values, _LIMITS, strict=True):
        if not -limit <= value <= limit:
            reason = 'implausible' if isfinite(value) else 'non_finite'
            raise MessageError(f'Imu value {value} is not a reading in m/s² or rad/s', reason)
    return ImuSample(head.stamp_ns, head.frame_id, values)
