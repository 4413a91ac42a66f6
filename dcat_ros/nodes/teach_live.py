"""The program behind `dcat teach --node`: hears sensors while somebody teaches recognisers."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from time import monotonic
from typing import Any

from rcl_interfaces.srv import GetParameters, SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python
from rclpy.qos import QoSProfile, ReliabilityPolicy

from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.truth import stamp_of
from dcat_ros.errors import ConfigError, DcatError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.nodes.latched import LatchedSubscription
from dcat_ros.nodes.live import bare_node
from dcat_ros.nodes.message_types import message_class
from dcat_ros.nodes.watch import recognisers
from dcat_ros.segment import Segment
from dcat_ros.sensors.live import Live
from dcat_ros.sensors.registry import live_of
from dcat_ros.share import dds_environment
from dcat_ros.teach.live import Attempt, Pupil, Verdict, judge_attempt
from dcat_ros.teach.teach import Desk

__all__ = ['NOW', 'READY', 'REST', 'Show', 'models_of', 'teach_live', 'use_model']

#: What the person is told.
READY, NOW, REST = 'ready', 'now', 'rest'
#: How long, in s: of what the sensors measured, or else, where they are silent, by the clock.
_READY_S, _NOW_S, _REST_S = 2.0, 4.0, 1.0
_GRACE_S = 3.0
_PATIENCE_S = 10.0
_SPIN_S = 0.02
#: So many takes more than wanted may be refused.
_MOST_REFUSED = 6
#: Best effort takes every publisher.
_QOS = QoSProfile(depth=500, reliability=ReliabilityPolicy.BEST_EFFORT)

#: Is told the label, the number of the take, what the person shall do (empty: nothing more), and
#: what became of the last attempt.
Show = Callable[[str, int, str, Verdict | None], None]


def teach_live(
    names: Sequence[str],
    labels: Sequence[str],
    n_takes: int,
    desk: Desk,
    show: Show,
    stop: Event,
) -> None:
    """Let a person teach running recognisers labels.

    Args:
        names: of their nodes.
        labels: what is taught, one after the other.
        n_takes: how many takes of each.
        desk: where they learn.
        show: see `Show`.
        stop: ends it.

    Raises:
        ConfigError: a node is none that can be taught so, or the label none that may be.
        WeightsError: a model is unusable, or has no memory.
        DcatError: a node is not there, no sensor is heard, or no take can be learned from.
    """
    os.environ.update(dds_environment())
    with bare_node('dcat_teach', use_sim_time=False) as (node, executor):
        pupils = [_pupil(node, executor, name, desk, stop) for name in names]
        for label in labels:
            for pupil in pupils:
                pupil.student.lessons.check(label)
        listener = _Listener(node, executor, pupils, stop)
        listener.wait_for_sensors()
        source = BagSource(**{k: v for p in pupils for k, v in p.given.items()})
        for label in labels:
            messages, segments = _takes_of(listener, pupils, label, n_takes, desk.who, show)
            desk.learn_heard(messages, segments, source)
        listener.close()


def _takes_of(
    listener: '_Listener',
    pupils: Sequence[Pupil],
    label: str,
    n_takes: int,
    who: tuple[str, str],
    show: Show,
) -> tuple[list[RawMessage], list[Segment]]:
    """Messages around the takes that somebody can learn from, and those takes."""
    messages: list[RawMessage] = []
    segments: list[Segment] = []
    refused = 0
    last: Verdict | None = None
    for pupil in pupils:
        pupil.takes = [
            take
            for take in pupil.student.lessons.takes
            if (take.label, take.person) == (label, who[0])
        ]
    while len(segments) < n_takes:
        attempt = listener.attempt(partial(show, label, len(segments) + 1), last)
        last = judge_attempt(attempt, pupils, label, who)
        for pupil in pupils:
            if pupil.name in last.learned:
                pupil.takes.append(last.learned[pupil.name])
        if last.segment is not None:
            messages += attempt.messages
            segments.append(last.segment)
            continue
        refused += 1
        if refused > _MOST_REFUSED:
            why = '; '.join(f'{name}: {said}' for name, said in last.refused.items())
            raise DcatError(
                f'{refused} attempts were no takes of {label}, the last because of '
                f'{why or "silence"}; nothing was taught.'
            )
    show(label, n_takes, '', last)
    return messages, segments


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
        executor.spin_until_future_complete(future, _PATIENCE_S)
        if not future.done():
            raise DcatError(f'{name} does not answer within {_PATIENCE_S:.0f} s.')
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


def _pupil(
    node: Node, executor: SingleThreadedExecutor, name: str, desk: Desk, stop: Event
) -> Pupil:
    """A running recogniser, with what its parameters say."""
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
    end_s = monotonic() + _PATIENCE_S
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


class _Listener:
    """Keeps what the sensors of all pupils say."""

    def __init__(
        self,
        node: Node,
        executor: SingleThreadedExecutor,
        pupils: Sequence[Pupil],
        stop: Event,
    ):
        self._node, self._executor, self._stop = node, executor, stop
        self._sensors = list(dict.fromkeys(pupil.topic for pupil in pupils))
        self._last: dict[str, RawMessage] = {}
        self._beside: dict[str, RawMessage] = {}
        self._heard: list[RawMessage] = []
        self._latched: list[LatchedSubscription] = []
        self._subscriptions: list[Any] = []
        measured = {topic for p in pupils for topic in p.types if p.types[topic] in _types_of(p)}
        for topic, kind in {t: k for p in pupils for t, k in p.types.items()}.items():
            message = message_class(kind)
            if message is None:
                raise ConfigError(f'{topic} is {kind}, which is not installed here.')
            take = partial(self._take, topic, kind)
            if topic in measured:
                self._subscriptions.append(
                    node.create_subscription(message, topic, take, _QOS, raw=True)
                )
            else:
                keep = partial(self._keep, topic, kind)
                self._latched.append(LatchedSubscription(node, message, topic, keep, raw=True))

    def wait_for_sensors(self) -> None:
        """Wait until all are heard, or for a while until one is.

        Raises:
            DcatError: none is.
        """
        end_s = monotonic() + _PATIENCE_S
        while not all(topic in self._last for topic in self._sensors):
            if monotonic() > end_s or self._stop.is_set():
                break
            self._executor.spin_once(timeout_sec=_SPIN_S)
        if not any(topic in self._last for topic in self._sensors):
            raise DcatError(
                f'Nothing came on {" or ".join(self._sensors)} within {_PATIENCE_S:.0f} s; see '
                '"dcat check --live".'
            )

    def attempt(self, show: Callable[[str, Verdict | None], None], last: Verdict | None) -> Attempt:
        """Tell the person what to do, and hear what he does."""
        self._heard = list(self._beside.values())
        show(READY, last)
        self._hear(_READY_S)
        begun = {t: stamp_of(self._last[t]) for t in self._sensors if t in self._last}
        show(NOW, None)
        self._hear(_NOW_S)
        show(REST, None)
        self._hear(_REST_S)
        return Attempt(self._heard, begun)

    def close(self) -> None:
        """Hear no more."""
        while self._subscriptions:
            self._node.destroy_subscription(self._subscriptions.pop())
        while self._latched:
            self._latched.pop().destroy()

    def _hear(self, seconds: float) -> None:
        """Until every sensor that was heard has measured so long, or is silent."""
        begun = {topic: stamp_of(message) for topic, message in self._last.items()}
        end_s = monotonic() + seconds + _GRACE_S
        while monotonic() < end_s:
            if self._stop.is_set():
                raise DcatError('It was stopped; nothing was taught.')
            self._executor.spin_once(timeout_sec=_SPIN_S)
            lengths = [stamp_of(self._last[t]) - begun[t] for t in self._sensors if t in begun]
            if lengths and min(lengths) >= seconds * 1e9:
                return

    def _take(self, topic: str, kind: str, data: bytes) -> None:
        now_ns = int(self._node.get_clock().now().nanoseconds)
        message = RawMessage(topic, kind, now_ns, bytes(data))
        self._last[topic] = message
        self._heard.append(message)

    def _keep(self, topic: str, kind: str, data: bytes) -> None:
        now_ns = int(self._node.get_clock().now().nanoseconds)
        self._beside[topic] = RawMessage(topic, kind, now_ns, bytes(data))
        self._heard.append(self._beside[topic])


def _types_of(pupil: Pupil) -> tuple[str, ...]:
    return live_of(pupil.student.lessons.base.card).types
