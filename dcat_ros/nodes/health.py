"""What a recogniser node tells of itself on /diagnostics once a second."""

from collections import Counter, deque
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible

from dcat_ros.model.runtime import Model
from dcat_ros.nodes.message_types import type_name
from dcat_ros.receivers.base import Receiver

__all__ = ['Health', 'Situation', 'health_message', 'publishers_of', 'qos_conflicts']

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

    def reject(self, reason: str, sentence: str) -> None:
        """Count a message that could not be used."""
        with self._lock:
            self.rejected[reason] += 1
            self.last_rejection = sentence

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


def publishers_of(node: Node, topic: str) -> list[tuple[str, QoSProfile]]:
    """Name and QoS of each publisher on a topic."""
    return [
        (f'{info.node_namespace.rstrip("/")}/{info.node_name}', info.qos_profile)
        for info in node.get_publishers_info_by_topic(topic)
    ]


def qos_conflicts(publishers: list[tuple[str, QoSProfile]], wanted: QoSProfile) -> list[str]:
    """A sentence for each publisher from which a subscription with this QoS gets nothing."""
    sentences = []
    for name, offered in publishers:
        compatibility, reason = qos_check_compatible(offered, wanted)
        if compatibility == QoSCompatibility.ERROR:
            sentences.append(f'QoS of publisher {name} does not fit: {reason.strip()}')
    return sentences


@dataclass(frozen=True)
class Situation:
    """What a node is doing while it tells of itself.

    Attributes:
        state: of the lifecycle.
        problem: why it could not do what was asked; empty if it could.
        refusal: why a transition was refused since the last time; empty if none was.
        topic: resolved name of the input.
        wanted: QoS of the subscription; None while there is none.
        model: in use, if any.
        receiver: in use, if any.
        dropped: windows that were never classified.
        stale: data stopped.
    """

    state: str
    problem: str
    refusal: str
    topic: str
    wanted: QoSProfile | None
    model: Model | None
    receiver: Receiver[Any] | None
    dropped: int
    stale: bool


def health_message(node: Node, health: Health, now: Situation) -> DiagnosticArray:
    """Everything a user may ask of a node that gives no labels, in one status.

    Args:
        node: a recogniser, with the attribute `message_type` of its input.
        health: its counts.
        now: what it is doing.
    """
    rate, rejected_now = health.since_last()
    p50, p99 = health.latency_ms()
    publishers = publishers_of(node, now.topic)
    values: dict[str, object] = {
        'lifecycle state': now.state,
        'label': health.label,
        'input topic': now.topic,
        'input type': type_name(node.message_type),
        'publishers': len(publishers),
        'input rate (Hz)': f'{rate:.1f}',
        'messages received': health.received,
        'messages rejected': health.rejected.total(),
        'predictions': health.published,
        'windows dropped': now.dropped,
        'latency p50 (ms)': f'{p50:.2f}',
        'latency p99 (ms)': f'{p99:.2f}',
    }
    values.update({f'rejected: {reason}': n for reason, n in health.rejections()})
    values.update({f'noted: {reason}': n for reason, n in health.notes()})
    findings: list[tuple[bytes, str]] = []
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
    if now.wanted is not None:
        findings += [(_ERROR, sentence) for sentence in qos_conflicts(publishers, now.wanted)]
        if not publishers:
            findings.append((_WARN, f'nobody publishes {now.topic}'))
        elif len(publishers) > 1:
            names = ', '.join(name for name, _ in publishers)
            findings.append((_WARN, f'{len(publishers)} publishers on {now.topic}: {names}'))
        if now.stale:
            findings.append((_WARN, 'data stopped'))
    if rejected_now:
        findings.append((_WARN, f'{rejected_now} messages rejected: {health.last_rejection}'))
    level = max((level for level, _ in findings), default=_OK)
    status = DiagnosticStatus(
        level=level,
        name=f'{node.get_fully_qualified_name()}: recogniser',
        message='; '.join(sentence for _, sentence in findings) or now.state,
        hardware_id=now.topic,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )
    message = DiagnosticArray(status=[status])
    message.header.stamp = node.get_clock().now().to_msg()
    return message
