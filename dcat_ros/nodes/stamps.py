"""The stamps of a sensor's messages against the node's clock."""

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
        self._topic = topic
        self._warned = False

    def __call__(self, stamp_ns: int) -> int:
        """The stamp in ns, or the time of receipt if it is empty (0).

        Raises:
            MessageError: with reason 'future': it is too far ahead.
        """
        now_ns = int(self._node.get_clock().now().nanoseconds)
        if stamp_ns == 0:
            if not self._warned:
                self._warned = True
                self._node.get_logger().warning(
                    f'{self._topic} comes without a stamp; the time of receipt is used.'
                )
            return now_ns
        ahead_s = (stamp_ns - now_ns) / 1e9
        # now is 0 until the first /clock message when use_sim_time is set
        if now_ns and ahead_s > self.max_future_s:
            raise MessageError(
                f"stamp is {ahead_s:.1f} s ahead of the node's clock; synchronise the clocks, or "
                'raise max_future',
                'future',
            )
        return stamp_ns
