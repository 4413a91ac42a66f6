"""A bag, looked at from one end to the other."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.sensor_topic import first_of
from dcat_ros.bags.topics import STRING_TYPE, TRUTH_TOPIC
from dcat_ros.card.card import Card
from dcat_ros.check.fits import next_command
from dcat_ros.check.look import (
    cards_of,
    finish,
    sensors_among,
    stream_of,
    truth_facts,
)
from dcat_ros.check.record import CheckReport, Remark
from dcat_ros.check.sensor import SensorCheck
from dcat_ros.errors import BagError, ConfigError, MessageError
from dcat_ros.evaluation.bag_content import BagSource, receiver_for
from dcat_ros.messages.text import decode_string
from dcat_ros.segment import Segment
from dcat_ros.sensors.registry import live_of
from dcat_ros.streaming.reading import Reading
from dcat_ros.truth import from_changes, from_first_reading, read_csv

__all__ = ['check_bag']

_CHUNK = 1024


def check_bag(
    path: Path,
    *,
    models: Sequence[str] = (),
    source: BagSource | None = None,
    truth_topic: str = TRUTH_TOPIC,
    truth_csv: Path | None = None,
) -> CheckReport:
    """Look at every sensor of a bag as a recogniser would take it.

    Args:
        path: the bag.
        models: weights files or names of models, beside the shipped ones.
        source: what the messages do not say of themselves.
        truth_topic: topic of std_msgs/String that says the label whenever it changes.
        truth_csv: truth from a file instead.

    Raises:
        BagError: there is no bag, or nothing in it can be read.
        InputError: the CSV file or a model is unusable.
    """
    source = source or BagSource()
    cards = cards_of(models)
    report = CheckReport(what=str(path))
    with BagReader(path) as bag:
        report.storage, report.duration_s = bag.storage, bag.duration_s
        report.remarks += [_note(str(path), note) for note in bag.notes]
        checks = []
        for modality, topics in sensors_among(bag.types, partial(first_of, bag)):
            card = next((card for card in cards if card.modality == modality), None)
            if card is None:
                continue
            try:
                checks.append(_sensor(bag, topics, card, source, report))
            except ConfigError as problem:  # this machine lacks what the sensor needs
                report.remarks.append(_note(' + '.join(topics), str(problem)))
        sensor_topics = {topic for check in checks for topic in check.topics}
        has_truth = STRING_TYPE in bag.types.get(truth_topic, ())
        if has_truth and truth_csv is None:
            bag.require(truth_topic, STRING_TYPE)
        used = sensor_topics | ({truth_topic} if has_truth else set())
        report.others = {t: ' and '.join(k) for t, k in bag.types.items() if t not in used}
        n_notes = len(bag.notes)
        changes, end_ns = _read(bag, checks, truth_topic if has_truth and not truth_csv else '')
        report.remarks += [_note(str(path), note) for note in bag.notes[n_notes:]]
    said = from_changes(changes, end_ns)
    segments = _truth(report, checks, said, truth_topic, truth_csv)
    finish(report, cards, checks, segments, truth_csv is None and not source.receive_time)
    report.next = next_command(str(path), report.models, checks, str(truth_csv or ''))
    return report


def _sensor(
    bag: BagReader, topics: list[str], card: Card, source: BagSource, report: CheckReport
) -> SensorCheck:
    live = live_of(card)
    types = {topic: bag.require_one_of(topic, live.types) for topic in topics}
    parts: dict[str, str] = {}
    if len(topics) > 1:
        parts = dict(zip(topics, live.parts, strict=True))
        sentence = (
            f'the {live.parts_are}, looked at as joined by their stamps; name each: '
            f'{live.parts_hint}'
        )
        report.remarks.append(_note(' + '.join(topics), sentence))
    try:
        receiver = receiver_for(bag, card, stream_of(card), source, topics[-1])
    except BagError as problem:  # nobody tells what the messages do not say
        report.remarks.append(_note(topics[-1], str(problem), 'fault'))
        receiver = receiver_for(bag, card, stream_of(card), source.assuming(live), topics[-1])
    reading = Reading(receiver, receive_time=source.receive_time, parts=parts, chunk_s=live.chunk_s)
    return SensorCheck(types, card, reading)


def _read(
    bag: BagReader, checks: Sequence[SensorCheck], truth_topic: str
) -> tuple[list[tuple[int, str]], int]:
    """Give all messages to the sensors; what the truth topic said and when, and the last time."""
    topics = [topic for check in checks for topic in check.topics]
    changes: list[tuple[int, str]] = []
    end_ns = 0
    for chunk in bag.chunks([*topics, truth_topic], _CHUNK):
        for message in chunk.on([truth_topic]):
            try:
                changes.append((message.arrived_ns, decode_string(message.data)))
            except MessageError:
                continue  # counted when it is scored
        for check in checks:
            check.take(chunk.on(check.topics))
        end_ns = max(end_ns, int(chunk.arrived_ns[-1]))
    return changes, end_ns


def _truth(
    report: CheckReport,
    checks: Sequence[SensorCheck],
    said: list[Segment],
    truth_topic: str,
    truth_csv: Path | None,
) -> list[Segment]:
    if truth_csv is not None:
        begins = [span[0] for span in (check.span_ns() for check in checks) if span]
        segments = from_first_reading(read_csv(truth_csv), min(begins, default=None))
        where = str(truth_csv)
    else:
        segments, where = said, truth_topic
    if segments:
        report.truth = truth_facts(where, segments)
    else:
        sentence = (
            f'no truth on {truth_topic}: dcat evaluate needs a topic of std_msgs/String that says '
            'the label (--truth-topic), or a file (--truth labels.csv), which dcat label writes'
        )
        report.remarks.append(_note(report.what, sentence))
    return segments


def _note(about: str, sentence: str, level: str = 'note') -> Remark:
    text = sentence.removesuffix('.')
    return Remark.model_validate({'level': level, 'about': about, 'sentence': text})
