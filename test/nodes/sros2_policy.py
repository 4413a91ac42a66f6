"""The SROS2 policy, and what a node uses of the graph, both as (verb, full name)."""

import xml.etree.ElementTree as ET
from typing import Any

from rclpy._rclpy_pybind11 import NodeNameNonExistentError

from dcat_ros.share import share_dir

__all__ = ['POLICY', 'allowed', 'used']

POLICY = share_dir() / 'config' / 'sros2' / 'policy.xml'

#: (verb, full name of a topic or service)
Right = tuple[str, str]


def allowed(node: str, name: str = '') -> set[Right]:
    """What the policy allows a node, in the root namespace; as if it had this name, if given."""
    profile = ET.parse(POLICY).find(f'.//profile[@node="{node}"]')
    assert profile is not None, f'{POLICY} has no profile of {node}'
    return {
        (verb, full_name(name or node, expression.text or ''))
        for rule in profile
        for verb in rule.attrib
        for expression in rule
    }


def full_name(node: str, expression: str) -> str:
    """The name that is meant, as sros2 takes it."""
    if expression.startswith('~'):
        return f'/{node}{expression[1:]}'
    return expression if expression.startswith('/') else f'/{expression}'


def used(asked: Any, node: str) -> set[Right]:
    """What a node uses, as the graph tells it.

    Args:
        asked: rclpy node whose graph is read.
        node: name of the node, in the root namespace.
    """
    questions = {
        'publish': asked.get_publisher_names_and_types_by_node,
        'subscribe': asked.get_subscriber_names_and_types_by_node,
        'reply': asked.get_service_names_and_types_by_node,
        'request': asked.get_client_names_and_types_by_node,
    }
    try:
        return {(verb, name) for verb, ask in questions.items() for name, _ in ask(node, '/')}
    except NodeNameNonExistentError:  # not found yet
        return set()
