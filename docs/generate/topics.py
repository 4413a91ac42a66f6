"""Every topic of a node with type and QoS, as the node itself makes it."""

from dataclasses import dataclass
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

__all__ = ['Endpoint', 'topics_of']

#: A namespace by which relative and private names are told from absolute ones.
_NAMESPACE = '/somewhere'
#: What rclpy gives every node.
_OF_RCLPY = ('rosout', 'parameter_events', 'transition_event')


@dataclass(frozen=True)
class Endpoint:
    """A topic of a node.

    Attributes:
        name: relative or private, as in the node's code.
        direction: 'in' or 'out'.
        type_name: such as 'std_msgs/String'.
        qos: reliability, durability if it is not volatile, depth.
    """

    name: str
    direction: str
    type_name: str
    qos: str


def topics_of(node_class: Any) -> set[Endpoint]:
    """Bring a node up as far as its topics need, and look."""
    context = Context()
    rclpy.init(args=['--ros-args', '--log-level', 'fatal'], context=context)
    try:
        asleep = [Parameter('autostart', value=False)]
        node = node_class(context=context, namespace=_NAMESPACE, parameter_overrides=asleep)
        try:
            node.configure()
            if node.get_name() != 'microphone_node':  # which would open a device
                node.activate()
            found = {_endpoint(node.get_name(), end, 'out') for end in node.publishers}
            found |= {_endpoint(node.get_name(), end, 'in') for end in node.subscriptions}
        finally:
            node.stop()
            node.destroy_node()
    finally:
        context.try_shutdown()
    return {end for end in found if not end.name.endswith(_OF_RCLPY)}


def _endpoint(node: str, end: Any, direction: str) -> Endpoint:
    """A publisher or a subscription."""
    name = end.topic_name.removeprefix(f'{_NAMESPACE}/')
    if name.startswith(f'{node}/'):
        name = name.replace(node, '~', 1)
    elif name.endswith('_node/activity'):
        name = 'NAME/activity'  # presence_node hears every recogniser
    profile = end.qos_profile
    parts = ['best effort' if profile.reliability == ReliabilityPolicy.BEST_EFFORT else 'reliable']
    if profile.durability == DurabilityPolicy.TRANSIENT_LOCAL:
        parts.append('transient local')
    package = end.msg_type.__module__.split('.')[0]
    type_name = f'{package}/{end.msg_type.__name__}'
    return Endpoint(name, direction, type_name, ', '.join([*parts, str(profile.depth)]))
