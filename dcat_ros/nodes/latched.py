"""Hearing a topic that says something once: from who keeps it for late comers, and from others."""

from collections.abc import Callable
from typing import Any

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

__all__ = ['LatchedSubscription']

#: DDS gives a reader no publisher that offers less than it asks for: one asks for the message that
#: was published before it came, the other takes every publisher.
_PROFILES = (
    QoSProfile(
        depth=1,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    ),
    QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT),
)
#: Every publisher fits one of the two, so that nobody is to be told which it does not fit.
_QUIET = SubscriptionEventCallbacks(incompatible_qos=lambda event: None)


class LatchedSubscription:
    """Two subscriptions of one topic; a latched message comes by both once it is published anew.

    Args:
        node: that subscribes.
        kind: ROS type of the messages.
        topic: its name.
        callback: takes a message, or its bytes.
        raw: whether it takes bytes.
    """

    def __init__(
        self,
        node: Node,
        kind: type[Any],
        topic: str,
        callback: Callable[[Any], None],
        raw: bool = False,
    ):
        self._node = node
        self._subscriptions = [
            node.create_subscription(
                kind, topic, callback, profile, raw=raw, event_callbacks=_QUIET
            )
            for profile in _PROFILES
        ]

    def destroy(self) -> None:
        """Stop hearing."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions.clear()
