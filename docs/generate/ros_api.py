"""The page of the nodes: parameters from their declarations, topics from the nodes at work."""

from collections.abc import Collection, Iterable, Mapping

from tables import table
from topic_texts import OF_VISION_MSGS, RECOGNISER, TEXTS
from topics import Endpoint, topics_of

from dcat_ros.nodes.audio_node import AudioNode
from dcat_ros.nodes.image_node import ImageNode
from dcat_ros.nodes.imu_node import ImuNode
from dcat_ros.nodes.microphone_node import MICROPHONE_PARAMETERS, MicrophoneNode
from dcat_ros.nodes.parameters import RECOGNISER_PARAMETERS
from dcat_ros.nodes.presence_node import PresenceNode
from dcat_ros.nodes.presence_parameters import PRESENCE_PARAMETERS
from dcat_ros.sensors.setting import Spec

__all__ = ['ros_api']

_HEAD = """# ROS API

Names of topics are relative or private, so that namespaces and remapping work. All nodes are
lifecycle nodes with the services of every lifecycle node. *When* says when a parameter takes
effect: *start* means that it is given at the start and read-only from then on.

"""
_RECOGNISERS = {'imu_node': ImuNode, 'image_node': ImageNode, 'audio_node': AudioNode}
_SHARED = [spec.name for spec in RECOGNISER_PARAMETERS]


def ros_api() -> str:
    """The page.

    Raises:
        ValueError: a topic has no text in topic_texts.py, or a text there has no topic.
    """
    ends = {name: topics_of(kind) for name, kind in _RECOGNISERS.items()}
    # a recogniser's own topics, and what all of them have
    common = set.intersection(*ends.values()) | OF_VISION_MSGS
    topics = {RECOGNISER: common} | {name: own - common for name, own in ends.items()}
    topics['microphone_node'] = topics_of(MicrophoneNode)
    topics['presence_node'] = topics_of(PresenceNode)
    _check(topics)

    parts = [
        _HEAD,
        '## Every recogniser\n\nWhat `imu_node`, `image_node` and `audio_node` have in common.\n',
        _topics(RECOGNISER, common),
        _parameters({name: kind.parameters for name, kind in _RECOGNISERS.items()}, _SHARED),
    ]
    for name, kind in _RECOGNISERS.items():
        own = [spec.name for spec in kind.parameters if spec.name not in _SHARED]
        parts += [_title(name, kind), _topics(name, topics[name])]
        parts.append(_parameters({name: kind.parameters}, own))
    others = (('microphone_node', MicrophoneNode, MICROPHONE_PARAMETERS),)
    others += (('presence_node', PresenceNode, PRESENCE_PARAMETERS),)
    for name, kind, specs in others:
        parts += [_title(name, kind), _topics(name, topics[name])]
        parts.append(_parameters({name: specs}, [spec.name for spec in specs]))
    return '\n'.join(parts)


def _title(name: str, kind: type) -> str:
    """Heading, and the first line of the docstring."""
    return f'## {name}\n\n{(kind.__doc__ or "").strip().splitlines()[0]}\n'


def _check(topics: Mapping[str, Collection[Endpoint]]) -> None:
    there = {(node, end.direction, end.name) for node, ends in topics.items() for end in ends}
    if there != set(TEXTS):
        raise ValueError(
            f'docs/generate/topic_texts.py and the nodes differ in {there ^ set(TEXTS)}'
        )


def _topics(node: str, ends: Collection[Endpoint]) -> str:
    order = list(TEXTS)
    rows = [
        (
            f'`{end.name}`',
            end.direction,
            end.type_name,
            end.qos,
            TEXTS[node, end.direction, end.name],
        )
        for end in sorted(
            ends, key=lambda end: (order.index((node, end.direction, end.name)), end.qos)
        )
    ]
    return table(('topic', 'in/out', 'type', 'QoS', 'what'), rows)


def _parameters(nodes: Mapping[str, Iterable[Spec]], names: Iterable[str]) -> str:
    """The parameters of these names; where defaults differ, each node's."""
    tables = {node: {spec.name: spec for spec in specs} for node, specs in nodes.items()}
    rows = []
    for name in names:
        specs = {node: own[name] for node, own in tables.items()}
        spec = next(iter(specs.values()))
        rows.append(
            (
                f'`{name}`',
                _defaults(specs),
                spec.unit,
                _range(spec),
                'any time' if spec.live else 'start',
                spec.description,
            )
        )
    return table(('parameter', 'default', 'unit', 'range', 'when', 'what'), rows)


def _defaults(specs: Mapping[str, Spec]) -> str:
    shown = {node: _value(spec.default) for node, spec in specs.items()}
    if len(set(shown.values())) == 1:
        return next(iter(shown.values()))
    return '; '.join(f'{node}: {value}' for node, value in shown.items())


def _value(default: object) -> str:
    if isinstance(default, bool):
        return f'`{str(default).lower()}`'
    if isinstance(default, list):
        return f'[{", ".join(map(str, default))}]'
    return (f'`{default}`' if default else 'empty') if isinstance(default, str) else str(default)


def _range(spec: Spec) -> str:
    if spec.choices:
        return ', '.join(f'`{choice}`' for choice in spec.choices)
    if spec.low is None or spec.high is None:
        return ''
    return f'{spec.low:.10g} – {spec.high:.10g}'
