"""What a report shows of an inertial sensor: the lengths of both vectors over time."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.rejections import Rejections
from dcat_ros.sensors.envelope import Envelope
from dcat_ros.sensors.inertial.halves import halves_of
from dcat_ros.sensors.inertial.messages import decode_imu_runs
from dcat_ros.sensors.inertial.readings import joined_readings
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.shown import MOST_BUCKETS, Span, Trace, banded

__all__ = ['trace']

_CHUNK = 1024
_VECTORS = (slice(0, 3), slice(3, 6))


def trace(recording: Recording, topic: str, given: Given, receipt: bool) -> Trace:
    """The range of the acceleration's and of the angular rate's length.

    Args:
        recording: open.
        topic: of the sensor.
        given: topics and settings.
        receipt: the times at which messages came count, whatever their headers say.
    """
    envelope, span = Envelope(2, max_buckets=MOST_BUCKETS), Span()

    def draw(stamps: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        lengths = [np.linalg.norm(values[:, part], axis=1) for part in _VECTORS]
        envelope.push(stamps, np.stack(lengths, axis=1))
        span.see(int(stamps.min()), int(stamps.max()))

    rejected, halves = Rejections(), halves_of(given)
    if halves:
        stamps, values = joined_readings(recording, halves, rejected, given['ignore_covariance'])
        if len(stamps):
            draw(stamps, values)
    for chunk in recording.chunks([] if halves else [topic], _CHUNK):
        for run in decode_imu_runs(
            chunk.data, lambda _, problem: rejected.add(problem), given['ignore_covariance']
        ):
            log_times = chunk.arrived_ns[run.places]
            draw(np.where((run.stamps_ns == 0) | receipt, log_times, run.stamps_ns), run.values)
    return banded(span, envelope, (('acceleration', 'm/s²'), ('angular rate', 'rad/s')))
