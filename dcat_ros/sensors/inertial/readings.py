"""The readings of an inertial sensor of a recording, whole or in two halves."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import Doubt
from dcat_ros.errors import MessageError
from dcat_ros.rejections import Rejections
from dcat_ros.sensors.inertial.halves import Half, HalvesJoin
from dcat_ros.sensors.inertial.messages import decode_imu, decode_imu_runs
from dcat_ros.sensors.recording import Recording
from dcat_ros.streaming.judge import StreamJudge, apart

__all__ = ['joined_readings', 'whole_readings']

_CHUNK = 4096


def whole_readings(
    recording: Recording,
    topic: str,
    rejected: Rejections,
    ignore_covariance: bool,
    truth_by_receipt: bool,
) -> tuple[NDArray[np.int64], NDArray[np.float64], list[Doubt]]:
    """Stamps (n,) in ns and values (n, 6), m/s² and rad/s, and what speaks against the stamps.

    Args:
        recording: open.
        topic: of sensor_msgs/Imu.
        rejected: counts the messages that are refused.
        ignore_covariance: take values that a covariance calls "not reported".
        truth_by_receipt: the labels have the times at which they came.
    """
    stamps, values = [np.zeros(0, np.int64)], [np.zeros((0, 6))]
    judge = StreamJudge()
    for chunk in recording.chunks([topic], _CHUNK):
        for run in decode_imu_runs(
            chunk.data, lambda _, problem: rejected.add(problem), ignore_covariance
        ):
            arrived = chunk.arrived_ns[run.places]
            stamps.append(np.where(run.stamps_ns == 0, arrived, run.stamps_ns))
            values.append(run.values)
            judge.take_many(stamps[-1], arrived, run.frame_id)
    doubts = judge.summary()
    if judge.offset_s is not None and (clock := apart(judge.offset_s, truth_by_receipt)):
        doubts.append(clock)
    return np.concatenate(stamps), np.concatenate(values), doubts


def joined_readings(
    recording: Recording, halves: dict[str, Half], rejected: Rejections, ignore_covariance: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Stamps (n,) in ns and values (n, 6), m/s² and rad/s, of the halves joined by their stamps.

    Args:
        recording: open.
        halves: topic -> which half it is.
        rejected: counts the messages that are refused.
        ignore_covariance: take values that a covariance calls "not reported".
    """
    join = HalvesJoin()
    stamps: list[int] = []
    values: list[tuple[float, ...]] = []
    for message in recording.messages(halves):
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
