"""Predictions as ROS messages."""

from collections.abc import Mapping
from importlib.util import find_spec

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

from dcat_ros.card.card import Card
from dcat_ros.nodes.header import header_of
from dcat_ros.presence.activity import (
    Activity,
    activity_level,
    activity_values,
    macro_f1_of,
)
from dcat_ros.streaming.decision import Prediction

__all__ = ['MarkerOutput', 'Outputs', 'activity_status']

_DEPTH = 10


class Outputs:
    """The publishers of a recogniser: label, activity, and what other packages can show.

    Args:
        node: whose publishers they are.
        card: of the model in use.
    """

    def __init__(self, node: LifecycleNode, card: Card):
        self._node = node
        self.change(card)
        create = node.create_lifecycle_publisher
        self._label = create(String, '~/label', _DEPTH)
        self._activity = create(DiagnosticArray, '~/activity', _DEPTH)
        self._publishers = [self._label, self._activity]
        self._markers = MarkerOutput(node)
        self._classification = None
        if find_spec('vision_msgs') is not None:
            from vision_msgs.msg import Classification, LabelInfo

            latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
            self._classification = create(Classification, '~/classification', _DEPTH)
            self._publishers.append(self._classification)
            # not a managed one: it says what the model is, in every state
            self._label_info = node.create_publisher(LabelInfo, '~/label_info', latched)

    def change(self, card: Card) -> None:
        """From now on this is the model in use."""
        self._card = card
        self._macro_f1 = macro_f1_of(card)

    def announce(self, threshold: float) -> None:
        """Publish which labels there are; late subscribers get it too."""
        if self._classification is not None:
            from dcat_ros.nodes.vision import label_info

            self._label_info.publish(label_info(self._card.labels, threshold))

    def publish(self, prediction: Prediction) -> None:
        """Publish one prediction on every topic on which somebody listens.

        To make the messages takes longer than to recognise the activity.
        """
        if self._label.get_subscription_count():
            self._label.publish(String(data=prediction.label))
        labels = self._card.labels if prediction.probabilities else ()
        activity = Activity(prediction, labels, self._card.name, self._macro_f1)
        if self._activity.get_subscription_count():
            status = activity_status(activity, self._node.get_fully_qualified_name())
            self._activity.publish(DiagnosticArray(header=header_of(prediction), status=[status]))
        self._markers.publish([activity])
        classification = self._classification
        if prediction.probabilities and classification and classification.get_subscription_count():
            from dcat_ros.nodes import vision

            message = vision.classification(prediction, self._card.labels)
            classification.publish(message)

    def destroy(self) -> None:
        """Take the publishers away."""
        for publisher in self._publishers:
            self._node.destroy_lifecycle_publisher(publisher)
        self._markers.destroy()
        if self._classification is not None:
            self._node.destroy_publisher(self._label_info)


class MarkerOutput:
    """`~/markers`, where visualization_msgs is installed, for as long as somebody looks.

    Args:
        node: whose publisher it is.
    """

    def __init__(self, node: LifecycleNode):
        self._node = node
        self._publisher = None
        if find_spec('visualization_msgs') is not None:
            from visualization_msgs.msg import MarkerArray

            self._publisher = node.create_lifecycle_publisher(MarkerArray, '~/markers', _DEPTH)

    def publish(self, activities: list[Activity]) -> None:
        """Show activities as texts, each at its sensor."""
        if self._publisher is not None and self._publisher.get_subscription_count():
            from dcat_ros.nodes.markers import markers

            self._publisher.publish(markers(activities, self._node.get_fully_qualified_name()))

    def destroy(self) -> None:
        """Take the publisher away."""
        if self._publisher is not None:
            self._node.destroy_lifecycle_publisher(self._publisher)


def activity_status(
    activity: Activity, node_name: str, more: Mapping[str, str] | None = None
) -> DiagnosticStatus:
    """A prediction as DiagnosticStatus, with every class's probability as 'p/LABEL'.

    Args:
        activity: what is said.
        node_name: who says it.
        more: further keys and values.
    """
    prediction = activity.prediction
    return DiagnosticStatus(
        level=bytes([activity_level(prediction.state)]),
        name=f'{node_name}: activity',
        message=prediction.label,
        hardware_id=prediction.frame_id,
        values=[KeyValue(key=k, value=v) for k, v in activity_values(activity, more).items()],
    )
