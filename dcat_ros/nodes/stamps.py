"""The stamps of a sensor's messages against the node's clock."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node

from dcat_ros.errors import MessageError

__all__ = ['StampCheck']


class StampCheck:
    """Gives the stamp to use; called with that of a header.

    Args:
        node: with the parameter max_future, and the clock.
        topic: of the messages, for the warning.

    Attributes:
        max_future_s: a stamp may be so far ahead of the node's clock.
    """

    def __init__(self, node: Node, topic: str):
        # looking a parameter up costs more than decoding a message
        self.max_future_s: float = node.get_parameter('max_future').value
        self._node = node
        # Clock.now() takes ten times as long, for the sake of a Time
        self._clock = node.get_clock().handle
        self._topic = topic
        self._warned = False

    def __call__(self, stamp_ns: int) -> int:
        """The stamp in ns, or the time of receipt if it is empty (0).

        Raises:
            MessageError: with reason 'future': it is too far ahead.
        """
        now_ns = self.now_ns()
        if stamp_ns == 0:
            self._tell_of_empty()
            return now_ns
        if self._is_future(stamp_ns, now_ns):
            raise _ahead(stamp_ns, now_ns)
        return stamp_ns

    def now_ns(self) -> int:
        """The node's clock: 0 until the first /clock message where use_sim_time is set."""
        return int(self._clock.get_now().nanoseconds)

    def many(
        self, stamps_ns: NDArray[np.int64], arrived_ns: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], dict[int, MessageError]]:
        """The stamps to use, shape (n,), and by its place why one cannot be used.

        Args:
            stamps_ns: of headers, shape (n,).
            arrived_ns: what the clock said when each came, shape (n,).
        """
        empty = stamps_ns == 0
        if empty.any():
            self._tell_of_empty()
            stamps_ns = np.where(empty, arrived_ns, stamps_ns)
        ahead = self._is_future(stamps_ns, arrived_ns)
        places = np.flatnonzero(ahead).tolist() if ahead.any() else []
        return stamps_ns, {i: _ahead(int(stamps_ns[i]), int(arrived_ns[i])) for i in places}

    def _is_future(self, stamp_ns: Any, now_ns: Any) -> Any:
        """Of numbers, or of arrays of them."""
        return (now_ns != 0) & ((stamp_ns - now_ns) / 1e9 > self.max_future_s)

    def _tell_of_empty(self) -> None:
        if not self._warned:
            self._warned = True
            self._node.get_logger().warning(
                f'{self._topic} comes without a stamp; the time of receipt is used.'
            )


def _ahead(stamp_ns: int, now_ns: int) -> MessageError:
    ahead_s = (stamp_ns - now_ns) / 1e9
    return MessageError(
        f"stamp is {ahead_s:.1f} s ahead of the node's clock; synchronise the clocks, or raise "
        'max_future',
        'future',
    )
