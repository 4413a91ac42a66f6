"""The program behind `dcat check --live`: looks at what a running robot publishes."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy

from dcat_ros.bags.topics import STRING_TYPE, TRUTH_TOPIC
from dcat_ros.card.card import Card
from dcat_ros.check.look import (
    cards_of,
    finish,
    sensors_among,
    stream_of,
    truth_facts,
)
from dcat_ros.check.record import CheckReport, Remark
from dcat_ros.check.sensor import SensorCheck
from dcat_ros.errors import ConfigError, MessageError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.messages.batch import Batch, Recorded
from dcat_ros.messages.text import decode_string
from dcat_ros.nodes.latched import LatchedSubscription
from dcat_ros.nodes.live import bare_node
from dcat_ros.nodes.message_types import message_class
from dcat_ros.sensors.live import Beside, Form
from dcat_ros.sensors.registry import live_of
from dcat_ros.share import dds_environment
from dcat_ros.streaming.reading import Reading
from dcat_ros.streaming.receiver import Receiver
from dcat_ros.truth import from_changes

__all__ = ['check_live']

_LOOK_S = 0.5
_SPIN_S = 0.05
#: Best effort takes every publisher.
_QOS = QoSProfile(depth=200, reliability=ReliabilityPolicy.BEST_EFFORT)


def check_live(
    seconds: float,
    *,
    models: Sequence[str] = (),
    source: BagSource | None = None,
    truth_topic: str = TRUTH_TOPIC,
) -> CheckReport:
    """Listen to every sensor that is published, and look at it as a recogniser would take it.

    Args:
        seconds: how long.
        models: weights files or names of models, beside the shipped ones.
        source: what the messages do not say of themselves.
        truth_topic: of std_msgs/String.
    """
    os.environ.update(dds_environment())
    cards = cards_of(models)
    report = CheckReport(what='the running robot', duration_s=seconds)
    with bare_node('dcat_check', use_sim_time=False) as (node, executor):
        listening = _Listening(node, cards, source or BagSource(), truth_topic, report)
        listened_s, last_s = 0.0, monotonic()
        looked_s = last_s - _LOOK_S
        while listened_s < seconds:
            if last_s - looked_s >= _LOOK_S:
                looked_s = last_s
                listening.look()
            executor.spin_once(timeout_sec=_SPIN_S)
            now_s = monotonic()
            # while this process is held up it hears nothing
            listened_s += min(now_s - last_s, _LOOK_S)
            last_s = now_s
        end_ns = int(node.get_clock().now().nanoseconds)
        listening.close()
    segments = from_changes(listening.changes, end_ns)
    if segments:
        report.truth = truth_facts(truth_topic, segments)
    # a robot's own clock is off, or a bag is played: either way nothing is to be compared with it
    return finish(report, cards, list(listening.checks.values()), segments, False)


class _Listening:
    """Subscribes to sensors as they appear."""

    def __init__(
        self,
        node: Node,
        cards: Sequence[Card],
        source: BagSource,
        truth_topic: str,
        report: CheckReport,
    ):
        self.checks: dict[tuple[str, ...], SensorCheck] = {}
        self.changes: list[tuple[int, str]] = []
        self._node = node
        self._cards = cards
        self._source = source
        self._report = report
        self._missing: set[str] = set()
        self._subscriptions: list[Any] = []
        self._latched: list[LatchedSubscription] = []
        self._subscribe(truth_topic, STRING_TYPE, self._truth, latched=True)

    def look(self) -> None:
        """Subscribe to what is new; halves of a sensor that appear one by one come too late."""
        graph = {
            topic: types
            for topic, types in self._node.get_topic_names_and_types()
            if self._node.count_publishers(topic)
        }
        taken = {topic for topics in self.checks for topic in topics}
        for modality, topics in sensors_among(graph):
            card = next((card for card in self._cards if card.modality == modality), None)
            if card is not None and not taken & {*topics}:
                self._listen_to(card, topics, graph)

    def close(self) -> None:
        """Stop listening."""
        while self._subscriptions:
            self._node.destroy_subscription(self._subscriptions.pop())
        while self._latched:
            self._latched.pop().destroy()

    def _listen_to(self, card: Card, topics: list[str], graph: dict[str, list[str]]) -> None:
        live = live_of(card)
        types = {t: next(kind for kind in graph[t] if kind in live.types) for t in topics}
        source = self._source
        told = Form(types[topics[-1]])
        given = source.assuming(live).given
        try:
            receiver = live.make_receiver(card, stream_of(card), told, given)
        except ConfigError as problem:  # this machine lacks what the sensor needs
            self._lacking(' + '.join(topics), str(problem))
            return
        parts = dict(zip(topics, live.parts, strict=True)) if len(topics) > 1 else {}
        reading = Reading(
            receiver, receive_time=source.receive_time, parts=parts, chunk_s=live.chunk_s
        )
        check = SensorCheck(types, card, reading)
        self.checks[tuple(topics)] = check
        for topic in topics:
            self._subscribe(topic, types[topic], partial(self._take, check, topic))
        beside = live.beside(topics[0], types[topics[0]], source.given)
        if beside is not None and message_class(beside.type_name) is not None:
            tell = partial(_tell, beside, receiver)
            self._subscribe(beside.topic, beside.type_name, tell, latched=True)

    def _lacking(self, about: str, sentence: str) -> None:
        if about not in self._missing:
            self._missing.add(about)
            sentence = sentence.removesuffix('.')
            self._report.remarks.append(Remark(level='note', about=about, sentence=sentence))

    def _subscribe(
        self, topic: str, type_name: str, take: Callable[[bytes], None], *, latched: bool = False
    ) -> None:
        kind = message_class(type_name)
        if kind is None:
            if topic not in self._missing:
                self._missing.add(topic)
                sentence = f'{type_name} is not installed here, so that it cannot be heard'
                self._report.remarks.append(Remark(level='fault', about=topic, sentence=sentence))
            return
        if latched:
            self._latched.append(LatchedSubscription(self._node, kind, topic, take, raw=True))
        else:
            self._subscriptions.append(
                self._node.create_subscription(kind, topic, take, _QOS, raw=True)
            )

    def _take(self, check: SensorCheck, topic: str, data: bytes) -> None:
        now_ns = int(self._node.get_clock().now().nanoseconds)
        check.take(Batch.of([Recorded(topic, data, now_ns)]))

    def _truth(self, data: bytes) -> None:
        with suppress(MessageError):
            now_ns = int(self._node.get_clock().now().nanoseconds)
            self.changes.append((now_ns, decode_string(data)))


def _tell(beside: Beside, receiver: Receiver[Any], data: bytes) -> None:
    with suppress(MessageError):
        beside.tell(receiver, data)
