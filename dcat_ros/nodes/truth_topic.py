"""Listening to a topic that says the true label, however it is published."""

from collections.abc import Callable, Sequence
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import String

__all__ = ['TruthTopic', 'adapted']

_DEPTH = 1000


class TruthTopic:
    """Subscribes in the way that its publishers offer, so that nothing they say is lost.

    Until publishers are known it takes what anybody says. Then, if all of them are reliable, it is
    reliable; if all of them latch (transient local), it gets what was said before.

    Args:
        node: subscribes; its clock tells the times.
        topic: of std_msgs/String.
        changed: called with the time of receipt in ns and the text, when it is another than before.
    """

    def __init__(self, node: Node, topic: str, changed: Callable[[int, str], None]):
        self._node = node
        self._topic = topic
        self._changed = changed
        self._text: str | None = None
        self._seen: set[int] = set()
        self._retiring: list[Any] = []
        self._qos = adapted([])
        self._subscription = self._subscribe()

    def look(self) -> None:
        """Follow publishers that came or went; call it a few times a second."""
        # so much later than its successor: what had reached it was taken
        while self._retiring:
            self._node.destroy_subscription(self._retiring.pop())
        infos = self._node.get_publishers_info_by_topic(self._topic)
        qos = adapted([info.qos_profile for info in infos])
        if infos and qos != self._qos:
            self._retiring.append(self._subscription)
            self._qos = qos
            self._subscription = self._subscribe()

    def other_types(self) -> list[str]:
        """Types of its publishers that are no std_msgs/String."""
        infos = self._node.get_publishers_info_by_topic(self._topic)
        return sorted({info.topic_type for info in infos} - {'std_msgs/msg/String'})

    def _subscribe(self) -> Any:
        return self._node.create_subscription(String, self._topic, self._on_text, self._qos)

    def _on_text(self, message: String, info: dict[str, Any]) -> None:
        # two subscriptions overlap, and a latched message comes again to the second one
        sent = info.get('source_timestamp', 0)
        if sent and sent in self._seen:
            return
        self._seen.add(sent)
        if message.data != self._text:
            self._text = message.data
            self._changed(int(self._node.get_clock().now().nanoseconds), message.data)


def adapted(offered: Sequence[QoSProfile]) -> QoSProfile:
    """The most demanding profile that matches all of these; without any, one that matches all."""
    reliable = offered and all(q.reliability == ReliabilityPolicy.RELIABLE for q in offered)
    latched = offered and all(q.durability == DurabilityPolicy.TRANSIENT_LOCAL for q in offered)
    return QoSProfile(
        depth=_DEPTH,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )
