"""An inertial sensor that a bag holds in two halves, on two topics."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.bags.read import BagReader
from dcat_ros.errors import MessageError
from dcat_ros.messages.imu import decode_imu
from dcat_ros.rejections import Rejections
from dcat_ros.streaming.halves import Half, HalvesJoin

__all__ = ['joined_readings']


def joined_readings(
    bag: BagReader, halves: dict[str, Half], rejected: Rejections, ignore_covariance: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Stamps (n,) in ns and values (n, 6), m/s² and rad/s, of the halves joined by their stamps.

    Args:
        bag: open.
        halves: topic -> which half it is.
        rejected: counts the messages that are refused.
        ignore_covariance: take values that a covariance calls "not reported".
    """
    join = HalvesJoin()
    stamps: list[int] = []
    values: list[tuple[float, ...]] = []
    for message in bag.messages(halves):
        half = halves[message.topic]
        try:
            sample = decode_imu(message.data, needed=half, any_covariance=ignore_covariance)
        except MessageError as problem:
            rejected.add(problem)
            continue
        x, y, z = sample.values[:3] if half == 'accel' else sample.values[3:]
        for whole in join.push(half, sample.stamp_ns or message.log_time_ns, (x, y, z)):
            stamps.append(whole.stamp_ns)
            values.append(whole.values)
    return np.array(stamps, np.int64), np.array(values, np.float64).reshape(-1, 6)
