"""The running recognisers that are taught: their model and sensor, and another model for them."""

import os
from collections.abc import Sequence
from threading import Event
from time import monotonic
from typing import Any

from rcl_interfaces.srv import GetParameters, SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python

from dcat_ros.errors import ConfigError, DcatError
from dcat_ros.nodes.live import bare_node
from dcat_ros.nodes.watch import recognisers
from dcat_ros.sensors.live import Live
from dcat_ros.sensors.registry import live_of
from dcat_ros.share import dds_environment
from dcat_ros.teach.live import Pupil
from dcat_ros.teach.teach import Desk

__all__ = ['find_pupil', 'models_of', 'use_model']

_PATIENCE_S = 10.0
#: Of what is there and will say so, however busy the machine.
_ANSWER_S = 30.0
_SPIN_S = 0.02


def models_of(names: Sequence[str]) -> list[str]:
    """The model of each of these running recognisers.

    Raises:
        DcatError: one is not there.
    """
    os.environ.update(dds_environment())
    with bare_node('dcat_teach', use_sim_time=False) as (node, executor):
        return [_model_of(node, executor, _full(name)) for name in names]


def use_model(name: str, model: str) -> None:
    """Let a running recogniser go on with another model.

    Raises:
        DcatError: it is not there, or refuses it.
    """
    os.environ.update(dds_environment())
    with bare_node('dcat_teach', use_sim_time=False) as (node, executor):
        request = SetParameters.Request()
        request.parameters = [Parameter('model', value=model).to_parameter_msg()]
        answer = _call(node, executor, SetParameters, f'{_full(name)}/set_parameters', request)
        (result,) = answer.results
        if not result.successful:
            raise DcatError(f'{name} does not take {model}: {result.reason}')


def _full(name: str) -> str:
    return f'/{name.strip("/")}'


def _call(
    node: Node, executor: SingleThreadedExecutor, kind: Any, service: str, request: Any
) -> Any:
    client = node.create_client(kind, service)
    try:
        name = service.rpartition('/')[0]
        if not client.wait_for_service(_PATIENCE_S):
            there = ', '.join(sorted(recognisers(node) - {name}))
            raise DcatError(
                f'No recogniser {name} is there'
                + (f'; there are {there}.' if there else ', nor any other.')
            )
        future = client.call_async(request)
        executor.spin_until_future_complete(future, _ANSWER_S)
        if not future.done():
            raise DcatError(f'{name} does not answer within {_ANSWER_S:.0f} s.')
        return future.result()
    finally:
        node.destroy_client(client)


def _parameters(
    node: Node, executor: SingleThreadedExecutor, name: str, wanted: Sequence[str]
) -> dict[str, Any]:
    """Parameters of a node; those that it lacks are None."""
    request = GetParameters.Request(names=list(wanted))
    answer = _call(node, executor, GetParameters, f'{name}/get_parameters', request)
    values = [parameter_value_to_python(value) for value in answer.values]
    return dict(zip(wanted, values, strict=False)) | dict.fromkeys(wanted[len(values) :])


def _model_of(node: Node, executor: SingleThreadedExecutor, name: str) -> str:
    model = _parameters(node, executor, name, ['model'])['model']
    if not isinstance(model, str):
        raise ConfigError(f'{name} has no parameter model: it is no recogniser.')
    return model


def find_pupil(
    node: Node, executor: SingleThreadedExecutor, name: str, desk: Desk, stop: Event
) -> Pupil:
    """A running recogniser, with what its parameters say.

    Args:
        node: that asks.
        executor: of the node.
        name: of the recogniser's node.
        desk: where its model learns.
        stop: ends all waiting.

    Raises:
        ConfigError: it is none that can be taught so.
        WeightsError: its model is unusable, or has no memory.
        DcatError: it is not there, or hears no sensor.
    """
    name = _full(name)
    student = desk.open(_model_of(node, executor, name))
    live = live_of(student.lessons.base.card)
    asked = [*live.as_set, *(f'{part}_topic' for part in live.parts), *live.only_live]
    found = _parameters(node, executor, name, asked)
    usual = {spec.name: spec.default for spec in live.parameters}
    for parameter in live.only_live:
        value = found[parameter]
        if value is not None and list(value) != usual[parameter]:
            raise ConfigError(
                f'{name} has {parameter}:={list(value)}, which recordings do not say; teach it '
                'with the sensor as it sat in training.'
            )
    types = _sensor_topics(node, executor, name, live, stop)
    given = {live.as_set[p]: found[p] for p in live.as_set if found[p] is not None}
    topic = next(iter(types))
    if len(types) > 1 and live.parts:
        for part in live.parts:
            ending = str(found[f'{part}_topic']).strip('/')
            topic = next((t for t in types if t.endswith(ending)), topic)
            given[part] = topic
    else:
        types = {topic: types[topic]}
        given[live.called] = topic
    beside = live.beside(topic, types[topic], given)
    if beside is not None:
        types[beside.topic] = beside.type_name
    return Pupil(name, student, topic, given, types)


def _sensor_topics(
    node: Node, executor: SingleThreadedExecutor, name: str, live: Live, stop: Event
) -> dict[str, str]:
    """Topics of a sensor's types to which a node subscribes."""
    end_s = monotonic() + _ANSWER_S
    while monotonic() < end_s and not stop.is_set():
        found = {
            topic: kind
            for topic, kinds in node.get_topic_names_and_types()
            for kind in kinds
            if kind in live.types
            for info in node.get_subscriptions_info_by_topic(topic)
            if _full(f'{info.node_namespace.rstrip("/")}/{info.node_name}') == name
        }
        if found:
            return found
        executor.spin_once(timeout_sec=_SPIN_S)
    raise DcatError(f'{name} listens to no sensor: is it active?')
