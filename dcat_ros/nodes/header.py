"""The header of every message that tells a prediction."""

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from dcat_ros.streaming.decision import Prediction

__all__ = ['header_of']

_NS = 1_000_000_000


def header_of(prediction: Prediction) -> Header:
    """Stamp of the window's end, and the sensor's frame."""
    sec, nanosec = divmod(prediction.end_ns, _NS)
    return Header(stamp=Time(sec=sec, nanosec=nanosec), frame_id=prediction.frame_id)
