"""Listening to a recogniser: its activity messages as predictions again."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import String

from dcat_ros.errors import MessageError
from dcat_ros.presence.activity import Activity, read_activity
from dcat_ros.streaming.decision import Prediction

__all__ = ['Heard', 'Monitor', 'activities_of']


@dataclass(frozen=True)
class Heard:
    """A prediction, and when it arrived.

    Attributes:
        prediction: as published.
        labels: the model's labels, in the order of the probabilities.
        model: name of the model.
        received: monotonic time in s.
    """

    prediction: Prediction
    labels: tuple[str, ...]
    model: str
    received: float


class Monitor:
    """Collects what a recogniser publishes.

    Args:
        node: subscribes.
        recogniser: name of the recogniser's node, with its namespace.
        heard: called with each prediction, in the executor's thread.

    Attributes:
        all: everything heard so far.
        labels: every text on `~/label`.
        truth: latest text on the truth topic.
    """

    def __init__(
        self,
        node: Node,
        recogniser: str = '/imu_node',
        *,
        truth_topic: str = '/activity_truth',
        heard: Callable[[Heard], None] = lambda heard: None,
    ):
        self.all: list[Heard] = []
        self.labels: list[str] = []
        self.truth = ''
        self._heard = heard
        qos = QoSProfile(depth=100)
        node.create_subscription(DiagnosticArray, f'{recogniser}/activity', self._on_activity, qos)
        node.create_subscription(String, f'{recogniser}/label', self._on_label, qos)
        node.create_subscription(String, truth_topic, self._on_truth, qos)

    def _on_activity(self, message: DiagnosticArray) -> None:
        received = time.monotonic()
        try:
            activity = activities_of(message)[0]
        except MessageError:
            return  # somebody else's
        heard = Heard(activity.prediction, activity.labels, activity.model, received)
        self.all.append(heard)
        self._heard(heard)

    def _on_label(self, message: String) -> None:
        self.labels.append(message.data)

    def _on_truth(self, message: String) -> None:
        self.truth = message.data


def activities_of(message: DiagnosticArray) -> list[Activity]:
    """What an activity message says: one from a recogniser, several from presence_node.

    Raises:
        MessageError: with reason 'activity': it is no such message.
    """
    if not message.status:
        raise MessageError('an activity message is empty', 'activity')
    return [
        # the sensor's frame stands in each status; the header's is that of the first
        read_activity({pair.key: pair.value for pair in status.values}, status.hardware_id)
        for status in message.status
    ]
