"""Listening to a topic only to see that data flows."""

from collections.abc import Callable
from typing import Any

from rclpy.exceptions import InvalidTopicNameException
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.validate_full_topic_name import validate_full_topic_name

from dcat_ros.nodes.message_types import message_class

__all__ = ['Probe']

#: Takes every publisher, and holds nothing back.
_QOS = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


class Probe:
    """A topic that is listened to now and then, without deserialising what comes.

    Args:
        node: subscribes.
        came: called at every message.

    Attributes:
        topic: its name; empty while it is not known.
        problem: why it cannot be listened to; empty if it can.
    """

    def __init__(self, node: LifecycleNode, came: Callable[[], None]):
        self.topic = ''
        self.problem = ''
        self._type = ''
        self._node = node
        self._came = came
        self._subscription: Any = None

    @property
    def listening(self) -> bool:
        """Whether there is a subscription."""
        return self._subscription is not None

    def topic_is(self, topic: str, type_name: str) -> None:
        """Say which topic it is, as often as one likes; names are checked."""
        if (topic, type_name) == (self.topic, self._type):
            return
        self.listen(False)
        self.topic, self._type, self.problem = '', '', ''
        try:
            validate_full_topic_name(topic)
        except (InvalidTopicNameException, ValueError):
            self.problem = f'{topic!r} is no name of a topic'
        else:
            self.topic, self._type = topic, type_name

    def listen(self, wanted: bool) -> None:
        """Subscribe or unsubscribe, if need be."""
        if not wanted and self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None
        elif wanted and self._subscription is None and self.topic and not self.problem:
            self._subscribe()

    def n_publishers(self) -> int | None:
        """How many publish it; None while the topic is not known."""
        return self._node.count_publishers(self.topic) if self.topic else None

    def _subscribe(self) -> None:
        kind = message_class(self._type)
        if kind is None:
            self.problem = f'{self._type} is not installed here, so data on {self.topic} is unseen'
            return
        try:
            self._subscription = self._node.create_subscription(
                kind, self.topic, lambda data: self._came(), _QOS, raw=True
            )
        except Exception as problem:  # whatever a foreign name or type does to the middleware
            self.problem = f'{self.topic} cannot be subscribed to: {problem}'
