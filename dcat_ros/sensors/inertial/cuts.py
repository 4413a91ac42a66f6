"""What an inertial sensor in a recording gave during stretches of time."""

from collections.abc import Sequence

from dcat_ros.doubt import Doubt
from dcat_ros.rejections import Rejections
from dcat_ros.segment import Segment
from dcat_ros.sensors.cut import Cut, senseless
from dcat_ros.sensors.inertial.doubts import doubts as doubts_of
from dcat_ros.sensors.inertial.halves import halves_of
from dcat_ros.sensors.inertial.readings import joined_readings, whole_readings
from dcat_ros.sensors.live import Given
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.sample_live import cut_samples

__all__ = ['RATE_HZ', 'cuts']

#: Rate of the grid that samples are put on.
RATE_HZ = 50.0
_GAP_S = 0.25


def cuts(
    recording: Recording,
    topic: str,
    segments: Sequence[Segment],
    given: Given,
    doubts: list[Doubt],
    truth_by_receipt: bool,
) -> list[Cut]:
    """Samples (n, 6), m/s² and rad/s, on a grid of 50 Hz, low-passed where the sensor is faster.

    Args:
        recording: open.
        topic: of sensor_msgs/Imu; of a sensor in two halves that of the angular rate.
        segments: the stretches.
        given: topics and settings: the acceleration's topic, where it comes by itself, and whether
            values count that a covariance calls "not reported".
        doubts: gets what speaks against the stretches, one of each reason.
        truth_by_receipt: the stretches have the times at which their labels came.
    """
    rejected = Rejections()
    ignore_covariance = given['ignore_covariance']
    if halves := halves_of(given):
        stamps, values = joined_readings(recording, halves, rejected, ignore_covariance)
    else:
        stamps, values, found = whole_readings(
            recording, topic, rejected, ignore_covariance, truth_by_receipt
        )
        senseless(found, doubts)
    return cut_samples(stamps, values, segments, RATE_HZ, _GAP_S, doubts_of, doubts, rejected)
