"""What a recogniser node tells of itself on /diagnostics once a second."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node
from rclpy.qos import QoSProfile

from dcat_ros.doubt import Doubt
from dcat_ros.model.model import Model
from dcat_ros.nodes.connection import Finding, Publisher, connection_findings, publishers_of
from dcat_ros.nodes.message_types import type_name
from dcat_ros.short import short
from dcat_ros.streaming.freshness import Freshness
from dcat_ros.streaming.judge import StreamJudge, apart
from dcat_ros.streaming.receiver import Receiver
from dcat_ros.streaming.worker import Account

__all__ = ['REPORT_S', 'Health', 'Reporter', 'Situation', 'health_message']

#: Distance of two diagnostics.
REPORT_S = 1.0
_REMIND_AFTER_S, _REMIND_EVERY_S = 5.0, 60.0
#: Time for publishers to be found and for data to begin.
_PATIENCE_S = 4.0
#: Characters of a rejection: a message may carry a text of any length.
_LONGEST = 1000

_OK, _WARN, _ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


class Health:
    """Counts and times of one node. Its methods may be called from both threads."""

    def __init__(self) -> None:
        self.received = 0
        self.published = 0
        self.rejected: Counter[str] = Counter()
        self.noted: Counter[str] = Counter()
        self.last_rejection = ''
        self.label = ''
        self._lock = Lock()
        self._latencies_ms: deque[float] = deque(maxlen=1000)
        self._tick = monotonic()
        self._received_then = 0
        self._rejected_then = 0

    @property
    def counts(self) -> tuple[int, int]:
        """Messages received and predictions published so far."""
        return self.received, self.published

    def reject(self, reason: str, sentence: str) -> str:
        """Count a message that could not be used; gives the sentence, shortened."""
        with self._lock:
            self.rejected[reason] += 1
            self.last_rejection = short(sentence, _LONGEST)
            return self.last_rejection

    def note(self, reason: str) -> None:
        """Count something odd in a message that is used all the same."""
        with self._lock:
            self.noted[reason] += 1

    def notes(self) -> list[tuple[str, int]]:
        """Number of odd messages by reason."""
        with self._lock:
            return sorted(self.noted.items())

    def predicted(self, label: str, latency_ms: float) -> None:
        """Note a published prediction and the time since its last sample was received."""
        with self._lock:
            self.published += 1
            self.label = label
            self._latencies_ms.append(latency_ms)

    def latency_ms(self) -> tuple[float, float]:
        """Median and 99th percentile of the last 1000 predictions; zeros if there are none."""
        with self._lock:
            values = list(self._latencies_ms)
        if not values:
            return 0.0, 0.0
        p50, p99 = np.percentile(values, [50, 99])
        return float(p50), float(p99)

    def rejections(self) -> list[tuple[str, int]]:
        """Number of unusable messages by reason."""
        with self._lock:
            return sorted(self.rejected.items())

    def since_last(self) -> tuple[float, int]:
        """Received messages a second, and rejected messages, since the last call."""
        now = monotonic()
        rate = (self.received - self._received_then) / max(now - self._tick, 1e-9)
        rejected = self.rejected.total() - self._rejected_then
        self._tick, self._received_then = now, self.received
        self._rejected_then = self.rejected.total()
        return rate, rejected


@dataclass(frozen=True)
class Situation:
    """What a node is doing while it tells of itself.

    Attributes:
        state: of the lifecycle.
        problem: why it could not do what was asked; empty if it could.
        refusal: why a transition was refused since the last time; empty if none was.
        topics: resolved names of the input: several where a sensor comes in parts.
        wanted: QoS of the subscription; None while there is none.
        model: in use, if any.
        receiver: in use, if any.
        judge: of the messages' stamps and frames.
        account: of the windows, or of the pictures for them, that were handed to the thread that
            classifies.
        fresh: whether usable data come; None before the model is there.
        active_s: how long it has been receiving.
        came: messages received in that time.
        said: predictions published in that time.
    """

    state: str
    problem: str
    refusal: str
    topics: list[str]
    wanted: QoSProfile | None
    model: Model | None
    receiver: Receiver[Any] | None
    judge: StreamJudge
    account: Account
    fresh: Freshness | None
    active_s: float
    came: int
    said: int

    @property
    def doubts(self) -> list[Doubt]:
        """What speaks against the data that come."""
        return self.judge.doubts + (self.receiver.doubts if self.receiver is not None else [])

    @property
    def stale(self) -> bool:
        """Whether it was said that nothing is known any more."""
        return self.fresh is not None and self.fresh.stale

    @property
    def unusable(self) -> str:
        """Why no label can be made of the messages that come; empty if one can, or none come."""
        if self.fresh is None:
            return ''
        return self.fresh.reason(monotonic()) if self.fresh.stale else self.fresh.why


class Reporter:
    """Publishes what a recogniser tells of itself; what keeps it from its work is logged, too.

    Args:
        node: a recogniser, with the attributes `message_type` and `input_topic`.
        health: its counts.
    """

    def __init__(self, node: Node, health: Health):
        self._node = node
        self._health = health
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)

    def report(self, now: Situation) -> None:
        """Say what it is doing."""
        message = health_message(self._node, self._health, now)
        self._publisher.publish(message)
        status = message.status[0]
        if now.wanted is None or now.active_s < _REMIND_AFTER_S or (now.said and not now.doubts):
            return
        if status.level != _OK:
            self._node.get_logger().warning(status.message, throttle_duration_sec=_REMIND_EVERY_S)


def health_message(node: Node, health: Health, now: Situation) -> DiagnosticArray:
    """Everything a user may ask of a node that gives no labels, in one status.

    Args:
        node: a recogniser, with the attribute `message_type` of its input.
        health: its counts.
        now: what it is doing.
    """
    rate, rejected_now = health.since_last()
    p50, p99 = health.latency_ms()
    publishers = {topic: publishers_of(node, topic) for topic in now.topics}
    findings: list[Finding] = []
    values: dict[str, object] = {
        'lifecycle state': now.state,
        'label': health.label,
        'input topic': ' and '.join(now.topics),
        'input type': type_name(node.message_type),
        'publishers': sum(map(len, publishers.values())),
        'input rate (Hz)': f'{rate:.1f}',
        'messages received': health.received,
        'messages taken': now.judge.n,
        'messages rejected': health.rejected.total(),
        'predictions': health.published,
        'windows dropped': now.account.dropped,
        'queue: handed over': now.account.submitted,
        'queue: done': now.account.done,
        'queue: waiting': now.account.waiting,
        'latency p50 (ms)': f'{p50:.2f}',
        'latency p99 (ms)': f'{p99:.2f}',
    }
    values.update({f'rejected: {reason}': n for reason, n in health.rejections()})
    values.update({f'noted: {reason}': n for reason, n in health.notes()})
    if now.problem:
        findings.append((_ERROR, now.problem))
    if now.refusal:
        findings.append((_WARN, now.refusal))
    if now.model is not None:
        values['model'] = now.model.card.name
        values['backend'] = now.model.backend
        values['device'] = now.model.device
    if now.receiver is not None:
        values['rate by stamps (Hz)'] = f'{now.receiver.input_rate_hz:.1f}'
        values.update({f'stream: {k}': n for k, n in sorted(now.receiver.counts.items())})
    if now.judge.offset_s is not None and (clock := apart(now.judge.offset_s)):
        # labels keep the stamps of their data: a bag that is played without its clock is like this
        values[f'noted: {clock.reason}'] = clock.sentence
    if now.wanted is not None:
        for topic, its_publishers in publishers.items():
            findings += connection_findings(node, topic, its_publishers, now.wanted)
        findings += data_findings(now, publishers, rejected_now)
    if rejected_now:
        findings.append((_WARN, f'{rejected_now} messages rejected: {health.last_rejection}'))
    level = max((level for level, _ in findings), default=_OK)
    status = DiagnosticStatus(
        level=level,
        name=f'{node.get_fully_qualified_name()}: recogniser',
        message='; '.join(sentence for _, sentence in findings) or now.state,
        hardware_id=' and '.join(now.topics),
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )
    message = DiagnosticArray(status=[status])
    message.header.stamp = node.get_clock().now().to_msg()
    return message


def data_findings(
    now: Situation, publishers: dict[str, list[Publisher]], rejected_now: int
) -> Iterator[Finding]:
    """What is wrong with the data that come, or why none do."""
    doubts, unusable = now.doubts, now.unusable
    if now.stale and not unusable:
        yield _WARN, 'data stopped'
    for doubt in doubts:
        yield _WARN, doubt.sentence
    if unusable and not rejected_now and all(doubt.sentence != unusable for doubt in doubts):
        yield _WARN, unusable
    if not now.came and now.active_s > _PATIENCE_S:
        for topic, its_publishers in publishers.items():
            if its_publishers:
                names = ', '.join(publisher.name for publisher in its_publishers)
                yield _WARN, f'nothing has come on {topic} yet, though {names} publishes it'
    elif now.came and not (now.said or rejected_now or now.stale or doubts or unusable):
        window_s = now.model.card.input.window_s if now.model is not None else 0.0
        if now.active_s > _PATIENCE_S + 3 * window_s:
            yield (
                _WARN,
                f'{now.came} messages came in {now.active_s:.0f} s and completed no window of '
                f'{window_s:g} s: see the numbers under "stream" for gaps and jumps of the stamps',
            )
