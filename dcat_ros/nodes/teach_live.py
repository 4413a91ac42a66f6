"""The program behind `dcat teach --node`: hears sensors while somebody teaches recognisers."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from time import monotonic
from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy

from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.truth import stamp_of
from dcat_ros.errors import ConfigError, DcatError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.nodes.latched import LatchedSubscription
from dcat_ros.nodes.live import bare_node
from dcat_ros.nodes.message_types import message_class
from dcat_ros.nodes.pupils import find_pupil
from dcat_ros.segment import Segment
from dcat_ros.sensors.live import Live
from dcat_ros.sensors.registry import live_of
from dcat_ros.share import dds_environment
from dcat_ros.teach.live import NOW, READY, REST, Attempt, Pupil, Show, Verdict, judge_attempt
from dcat_ros.teach.student import Student
from dcat_ros.teach.teach import Desk

__all__ = ['teach_live']

#: How long, in s: of what the sensors measured, or else, where they are silent, by the clock.
_READY_S, _NOW_S, _REST_S = 2, 4.0, 1.0
_GRACE_S = 3.0
_PATIENCE_S = 10.0
_SPIN_S = 0.02
_IDLE = 10
#: So many takes more than wanted may be refused.
_MOST_REFUSED = 6
#: Best effort takes every publisher.
_QOS = QoSProfile(depth=500, reliability=ReliabilityPolicy.BEST_EFFORT)
#: Of messages that are large, and of which few are needed.
_LARGE_QOS = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
#: Distance of two messages that are kept, in the distance wanted: stamps of a camera jitter.
_NEAR = 0.9


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
        DcatError: a node is not there, no sensor is heard, no take can be learned from, or it was
            stopped; the labels before that one are learned.
    """
    os.environ.update(dds_environment())
    with bare_node('dcat_teach', use_sim_time=False) as (node, executor):
        pupils = [find_pupil(node, executor, name, desk, stop) for name in names]
        for label in labels:
            for pupil in pupils:
                pupil.student.lessons.check(label)
        _check_apart(pupils)
        listener = _Listener(node, executor, pupils, stop)
        listener.wait_for_sensors()
        source = BagSource(**{k: v for p in pupils for k, v in p.given.items()})
        for label in labels:
            messages, taken = _takes_of(listener, pupils, label, n_takes, desk.who, show)
            desk.learn_heard(messages, source, taken)
        listener.close()


def _check_apart(pupils: Sequence[Pupil]) -> None:
    """See that no two of them hear the same kind of sensor on different topics.

    Raises:
        ConfigError: they do; what is kept of a recording names one topic of each kind.
    """
    said: dict[str, tuple[str, Any]] = {}
    for pupil in pupils:
        for key, value in pupil.given.items():
            other, before = said.setdefault(key, (pupil.name, value))
            if before != value:
                raise ConfigError(
                    f'{other} has {before!r} for {key}, and {pupil.name} {value!r}: teach them one '
                    'after the other.'
                )


def _takes_of(
    listener: '_Listener',
    pupils: Sequence[Pupil],
    label: str,
    n_takes: int,
    who: tuple[str, str],
    show: Show,
) -> tuple[list[RawMessage], dict[Student, list[Segment]]]:
    """Messages around the takes that somebody can learn from, and the takes of each student."""
    messages: list[RawMessage] = []
    taken: dict[Student, list[Segment]] = {pupil.student: [] for pupil in pupils}
    n_taken = refused = 0
    last: Verdict | None = None
    for pupil in pupils:
        pupil.takes = [
            take
            for take in pupil.student.lessons.takes
            if (take.label, take.person) == (label, who[0])
        ]
    while n_taken < n_takes:
        attempt = listener.attempt(partial(show, label, n_taken + 1), last)
        last = judge_attempt(attempt, pupils, label, who)
        if last.segment is not None:
            for pupil in pupils:
                if pupil.name in last.learned:
                    pupil.takes.append(last.learned[pupil.name])
                    taken[pupil.student].append(last.segment)
            messages += attempt.messages
            n_taken += 1
            continue
        refused += 1
        if refused > _MOST_REFUSED:
            why = '; '.join(f'{name}: {said}' for name, said in last.refused.items())
            raise DcatError(
                f'{refused} attempts were no takes of {label}, the last because of '
                f'{why or "silence"}; it was not taught.'
            )
    show(label, n_takes, '', last)
    return messages, taken


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
        self._n = 0  # messages of sensors that came
        self._last: dict[str, RawMessage] = {}
        self._beside: dict[str, RawMessage] = {}
        self._heard: list[RawMessage] = []
        self._latched: list[LatchedSubscription] = []
        self._subscriptions: list[Any] = []
        #: topic of a sensor -> least distance in ns of two messages that are kept
        self._apart_ns: dict[str, float] = {
            topic: _NEAR * 1e9 / _live_of(p).enough_hz
            for p in pupils
            for topic in p.types
            if p.types[topic] in _live_of(p).types
        }
        for topic, kind in {t: k for p in pupils for t, k in p.types.items()}.items():
            message = message_class(kind)
            if message is None:
                raise ConfigError(f'{topic} is {kind}, which is not installed here.')
            take = partial(self._take, topic, kind)
            if topic in self._apart_ns:
                qos = _LARGE_QOS if self._apart_ns[topic] else _QOS
                self._subscriptions.append(
                    node.create_subscription(message, topic, take, qos, raw=True)
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
        self._pass_over()
        self._heard = list(self._beside.values())
        for left_s in range(_READY_S, 0, -1):
            show(f'{READY} {left_s}', last)
            last = None
            self._hear(1.0)
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

    def _pass_over(self) -> None:
        """Let go of what came meanwhile: it is from before the person was told anything."""
        end_s = monotonic() + _GRACE_S
        n_idle = 0  # the executor has other things to do than to hear sensors
        while n_idle < _IDLE and monotonic() < end_s:
            n_before = self._n
            self._executor.spin_once(timeout_sec=0)
            n_idle = n_idle + 1 if self._n == n_before else 0

    def _hear(self, seconds: float) -> None:
        """Until every sensor that was heard has measured so long, or is silent."""
        begun = {topic: stamp_of(message) for topic, message in self._last.items()}
        end_s = monotonic() + seconds + _GRACE_S
        while monotonic() < end_s:
            if self._stop.is_set():
                raise DcatError('It was stopped in the middle of a label, which was not taught.')
            self._executor.spin_once(timeout_sec=_SPIN_S)
            lengths = [stamp_of(self._last[t]) - begun[t] for t in self._sensors if t in begun]
            if lengths and min(lengths) >= seconds * 1e9:
                return

    def _take(self, topic: str, kind: str, data: bytes) -> None:
        now_ns = int(self._node.get_clock().now().nanoseconds)
        self._n += 1
        message = RawMessage(topic, kind, now_ns, bytes(data))
        if topic in self._last:
            apart_ns = stamp_of(message) - stamp_of(self._last[topic])
            if 0 <= apart_ns < self._apart_ns[topic]:
                return
        self._last[topic] = message
        self._heard.append(message)

    def _keep(self, topic: str, kind: str, data: bytes) -> None:
        now_ns = int(self._node.get_clock().now().nanoseconds)
        self._beside[topic] = RawMessage(topic, kind, now_ns, bytes(data))
        self._heard.append(self._beside[topic])


def _live_of(pupil: Pupil) -> Live:
    return live_of(pupil.student.lessons.base.card)
