"""Listening to a recogniser: its activity messages as predictions again."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import String

from dcat_ros.streaming.decision import Prediction

__all__ = ['Heard', 'Monitor', 'prediction_of']


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
        prediction, labels, model = prediction_of(message)
        heard = Heard(prediction, labels, model, received)
        self.all.append(heard)
        self._heard(heard)

    def _on_label(self, message: String) -> None:
        self.labels.append(message.data)

    def _on_truth(self, message: String) -> None:
        self.truth = message.data


def prediction_of(message: DiagnosticArray) -> tuple[Prediction, tuple[str, ...], str]:
    """The prediction in an activity message, the model's labels, and the model's name."""
    status = message.status[0]
    values = {pair.key: pair.value for pair in status.values}
    classes = {k.removeprefix('p/'): float(v) for k, v in values.items() if k.startswith('p/')}
    prediction = Prediction(
        label=values['label'],
        state=values['state'],
        confidence=float(values['confidence']),
        probabilities=tuple(classes.values()),
        start_ns=_ns(values['window_start']),
        end_ns=_ns(values['window_end']),
        frame_id=message.header.frame_id,
    )
    return prediction, tuple(classes), values['model']


def _ns(seconds: str) -> int:
    whole, _, fraction = seconds.partition('.')
    return int(whole) * 1_000_000_000 + int(fraction)
