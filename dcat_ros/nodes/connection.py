"""Who publishes the input of a node, and why a subscription gets nothing of it."""

from collections.abc import Iterator
from typing import NamedTuple

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible

from dcat_ros.nodes.message_types import type_name

__all__ = ['Finding', 'Publisher', 'connection_findings', 'publishers_of']

#: Level of DiagnosticStatus, and a sentence.
Finding = tuple[bytes, str]

_WARN, _ERROR = DiagnosticStatus.WARN, DiagnosticStatus.ERROR


class Publisher(NamedTuple):
    """Somebody who publishes a topic.

    Attributes:
        name: of the node, with its namespace.
        type_name: of the messages.
        qos: that is offered.
    """

    name: str
    type_name: str
    qos: QoSProfile


def publishers_of(node: Node, topic: str) -> list[Publisher]:
    """Everybody who publishes a topic, of whatever type."""
    return [
        Publisher(
            f'{info.node_namespace.rstrip("/")}/{info.node_name}', info.topic_type, info.qos_profile
        )
        for info in node.get_publishers_info_by_topic(topic)
    ]


def connection_findings(
    node: Node, topic: str, publishers: list[Publisher], wanted: QoSProfile
) -> Iterator[Finding]:
    """Why data may not arrive, or from several at once.

    Args:
        node: a recogniser, with the attributes `message_type` and `input_topic` of its input.
        topic: resolved name of the input.
        publishers: of the topic.
        wanted: QoS of the subscription.
    """
    needed = type_name(node.message_type)
    if not publishers:
        yield _WARN, f'nobody publishes {topic}{_elsewhere(node, topic, needed)}'
    elif len(publishers) > 1:
        names = ', '.join(publisher.name for publisher in publishers)
        yield _WARN, f'{len(publishers)} publishers on {topic}: {names}'
    for publisher in publishers:
        if publisher.type_name != needed:
            yield (
                _ERROR,
                f'{publisher.name} publishes {topic} as {publisher.type_name}, and this node needs '
                f'{needed}',
            )
            continue
        compatibility, reason = qos_check_compatible(publisher.qos, wanted)
        if compatibility == QoSCompatibility.ERROR:
            yield _ERROR, f'QoS of publisher {publisher.name} does not fit: {reason.strip()}'


def _elsewhere(node: Node, topic: str, needed: str) -> str:
    """Where else messages of the type are published, and how to get them."""
    others = [
        name
        for name, types in sorted(node.get_topic_names_and_types())
        if needed in types and name != topic and node.count_publishers(name)
    ]
    if not others:
        return ''
    return f'; to get {others[0]}: -r {node.input_topic}:={others[0]}'
