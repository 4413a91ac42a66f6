"""The program behind `dcat watch`: finds the recognisers of the ROS graph and listens to them."""

import os
from collections.abc import Callable
from functools import partial
from threading import Event
from time import monotonic
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions

from dcat_ros.errors import MessageError
from dcat_ros.nodes.monitor import activities_of
from dcat_ros.nodes.start import init
from dcat_ros.presence.sightings import Row, Sightings
from dcat_ros.share import dds_environment

__all__ = ['Watcher', 'recognisers', 'watch']

_TYPE = 'diagnostic_msgs/msg/DiagnosticArray'
_ENDING = '/activity'
_REPORTS = (': recogniser', ': presence')
_FIND_S = 0.5
_SHOW_S = 0.25
#: Takes every publisher; a label that is lost is only not shown.
_QOS = QoSProfile(depth=100, reliability=ReliabilityPolicy.BEST_EFFORT)


def recognisers(node: Node) -> set[str]:
    """Names of the nodes of the graph that publish an activity."""
    return {
        topic.removesuffix(_ENDING)
        for topic, types in node.get_topic_names_and_types()
        if topic.endswith(_ENDING) and _TYPE in types and node.count_publishers(topic)
    }


class Watcher:
    """Listens to every topic that ends in /activity, and to /diagnostics.

    Args:
        node: subscribes.

    Attributes:
        sightings: what was heard.
    """

    def __init__(self, node: Node):
        self.sightings = Sightings()
        self._node = node
        self._subscriptions: dict[str, Any] = {}
        node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, _QOS)

    def find(self) -> None:
        """Subscribe to what is new in the graph, unsubscribe from what has gone."""
        there = {f'{name}{_ENDING}' for name in recognisers(self._node)}
        for topic in there - self._subscriptions.keys():
            name = topic.removesuffix(_ENDING)
            self._subscriptions[topic] = self._node.create_subscription(
                DiagnosticArray, topic, partial(self._on_activity, name), _QOS
            )
        for topic in self._subscriptions.keys() - there:
            self._node.destroy_subscription(self._subscriptions.pop(topic))

    def _on_activity(self, name: str, message: DiagnosticArray) -> None:
        try:
            activities = activities_of(message)
        except MessageError:
            self.sightings.n_ignored += 1
            return
        self.sightings.heard(name, activities, monotonic())

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            for ending in _REPORTS:
                if status.name.endswith(ending):
                    values = {pair.key: pair.value for pair in status.values}
                    name = status.name.removesuffix(ending)
                    self.sightings.reported(name, values, monotonic())


def watch(show: Callable[[list[Row], int], None], stop: Event, seconds: float | None) -> None:
    """Watch until `stop` is set.

    Args:
        show: called four times a second with the rows, and the number of ignored messages.
        stop: ends it.
        seconds: ends it after so long; None: never.
    """
    os.environ.update(dds_environment())
    init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = rclpy.create_node('dcat_watch', start_parameter_services=False)
        watcher = Watcher(node)
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        begin = monotonic()
        found_s = shown_s = begin - 1.0
        while not stop.is_set() and (seconds is None or monotonic() - begin < seconds):
            executor.spin_once(timeout_sec=_SHOW_S / 5)
            now_s = monotonic()
            if now_s - found_s >= _FIND_S:
                found_s = now_s
                watcher.find()
            if now_s - shown_s >= _SHOW_S:
                shown_s = now_s
                show(watcher.sightings.rows(now_s), watcher.sightings.n_ignored)
        # after the context it would end with an error of its own
        executor.shutdown()
        node.destroy_node()
    finally:
        rclpy.try_shutdown()
