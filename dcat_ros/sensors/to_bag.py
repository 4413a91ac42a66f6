"""How a sensor's messages are made of what was recorded, for bags."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.setting import Given
from dcat_ros.signals import Signal

__all__ = ['Gap', 'Message', 'ToBag', 'Types', 'header']

#: Classes of messages by the names of their ROS types, as a typestore of rosbags has them.
Types = Mapping[str, Any]
#: A stamp in ns, a topic, and a message.
Message = tuple[int, str, Any]


class Gap(NamedTuple):
    """A pause between two recordings.

    Attributes:
        before: the last values before it, (m, ...).
        after: the first ones after it, (m, ...).
        stamps_ns: where values are wanted, from its start, (n,).
        length_ns: its length.
    """

    before: NDArray[Any]
    after: NDArray[Any]
    stamps_ns: NDArray[np.int64]
    length_ns: int


@dataclass(frozen=True)
class ToBag:
    """How messages are made of a recording.

    Attributes:
        topics: those that they are on -> their ROS types.
        messages: makes them in their order, of what was recorded, the sensor's settings, and the
            time in ns at which it began.
        pause: the values (n, ...) that the sensor gives in a pause.
        ends: so many values on either side of a pause tell them.
        rests: nothing is done in such a pause; otherwise nobody knows.
    """

    topics: Mapping[str, str]
    messages: Callable[[Types, Signal, Given, int], Iterator[Message]]
    pause: Callable[[Gap, np.random.Generator], NDArray[Any]]
    ends: int = 1
    rests: bool = True


def header(types: Types, stamp_ns: int, frame_id: str) -> Any:
    """std_msgs/Header."""
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    stamp = types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec)
    return types['std_msgs/msg/Header'](stamp=stamp, frame_id=frame_id)
