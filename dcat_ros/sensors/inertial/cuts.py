"""What an inertial sensor in a recording gave during stretches of time."""

from dcat_ros.rejections import Rejections
from dcat_ros.sensors.cut import Cut, Stretches, senseless
from dcat_ros.sensors.inertial.doubts import doubts as doubts_of
from dcat_ros.sensors.inertial.halves import halves_of
from dcat_ros.sensors.inertial.readings import joined_readings, whole_readings
from dcat_ros.sensors.sample_live import cut_samples

__all__ = ['RATE_HZ', 'cuts']

#: Rate of the grid that samples are put on.
RATE_HZ = 50.0
_GAP_S = 0.25


def cuts(asked: Stretches) -> list[Cut]:
    """Samples (n, 6), m/s² and rad/s, on a grid of 50 Hz, low-passed where the sensor is faster."""
    rejected = Rejections()
    ignore_covariance = asked.given['ignore_covariance']
    if halves := halves_of(asked.given):
        stamps, values = joined_readings(asked.recording, halves, rejected, ignore_covariance)
    else:
        stamps, values, found = whole_readings(
            asked.recording, asked.topic, rejected, ignore_covariance, asked.truth_by_receipt
        )
        senseless(found, asked.doubts)
    return cut_samples(stamps, values, asked, RATE_HZ, _GAP_S, doubts_of, rejected)
