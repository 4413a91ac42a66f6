"""What a page plays of an inertial sensor: the three axes of both vectors."""

from collections.abc import Iterator

import numpy as np

from dcat_ros.rejections import Rejections
from dcat_ros.sensors.inertial.halves import halves_of
from dcat_ros.sensors.inertial.messages import decode_imu_runs
from dcat_ros.sensors.inertial.readings import joined_readings
from dcat_ros.sensors.playback import Playback, Readings, Row
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given

__all__ = ['PLAYBACK', 'readings']

_CHUNK = 4096
_AXES = ('x', 'y', 'z')


def readings(recording: Recording, topic: str, given: Given, receipt: bool) -> Iterator[Readings]:
    """Accelerations and angular rates; arguments as `Playback.pieces`."""
    rejected, halves = Rejections(), halves_of(given)
    if halves:
        yield Readings(*joined_readings(recording, halves, rejected, given['ignore_covariance']))
        return
    for chunk in recording.chunks([topic], _CHUNK):
        for run in decode_imu_runs(
            chunk.data, lambda _, problem: rejected.add(problem), given['ignore_covariance']
        ):
            arrived = chunk.arrived_ns[run.places]
            stamps = np.where((run.stamps_ns == 0) | receipt, arrived, run.stamps_ns)
            yield Readings(stamps, run.values)


PLAYBACK = Playback(
    readings, (Row('acceleration', 'm/s²', _AXES), Row('angular rate', 'rad/s', _AXES))
)
