"""The topics that a recogniser listens to: one, or one for each part of its sensor."""

from collections.abc import Callable, Mapping
from typing import Any

from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy

from dcat_ros.streaming.receiver import Check, TakesRuns

__all__ = ['Accept', 'Inputs', 'Taker']

#: Takes the bytes, when they came, and the check of their stamp; gives jobs.
Accept = Callable[[bytes, int, Check], list[Any]]
#: What of a receiver takes a topic's messages: one by one, or many at once.
Taker = Accept | TakesRuns


class Inputs:
    """Subscriptions of one type and QoS, which come and go together.

    Args:
        node: a recogniser, with the attributes `message_type` and `input_topic`, and the parameters
            of the QoS.
    """

    def __init__(self, node: Node):
        self._node = node
        self._open: list[Any] = []

    def __bool__(self) -> bool:
        """Whether anything is listened to."""
        return bool(self._open)

    @property
    def qos(self) -> QoSProfile:
        """Of every subscription."""
        reliable = self._node.get_parameter('qos_reliability').value == 'reliable'
        return QoSProfile(
            history=HistoryPolicy.KEEP_LAST,
            depth=self._node.get_parameter('qos_depth').value,
            reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        )

    @property
    def topics(self) -> list[str]:
        """Resolved names; while nothing is listened to that of the usual one."""
        names = [subscription.topic_name for subscription in self._open]
        return names or [self._node.resolve_topic_name(self._node.input_topic)]

    def open(self, callbacks: Mapping[str, Callable[[bytes], None]]) -> None:
        """Subscribe to these topics; each callback gets the serialised messages."""
        for topic, callback in callbacks.items():
            self._open.append(
                self._node.create_subscription(
                    self._node.message_type, topic, callback, self.qos, raw=True
                )
            )

    def close(self) -> None:
        """Listen no more."""
        while self._open:
            self._node.destroy_subscription(self._open.pop())

    def silence(self, silent_s: float) -> str:
        """That nothing has come for so long, in a sentence."""
        said = f'no data on {" and ".join(self.topics)} for {silent_s:.1f} s.'
        is_wall_time = not self._node.get_parameter('use_sim_time').value
        if is_wall_time and self._node.count_publishers('/clock'):
            said += ' (A bag that is played slowly needs use_sim_time:=true of this node.)'
        return said
