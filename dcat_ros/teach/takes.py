"""The takes that a recording holds, cut where the truth says so, and judged."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.truth import truth_of
from dcat_ros.card.card import Card
from dcat_ros.doubt import Doubt
from dcat_ros.errors import BagError, DatasetError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.segment import REST, Segment
from dcat_ros.sensors.cut import Stretches
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.registry import live_of, sensor_of
from dcat_ros.teach.judge import LONGEST_S, why_no_take
from dcat_ros.teach.study import Take, samples_of

__all__ = ['Refused', 'Taken', 'takes_of', 'takes_of_bag']

_NO_LABEL = (REST, 'unknown')


class Refused(NamedTuple):
    """What a truth calls a take, and is none.

    Attributes:
        label: that it has.
        where: recording and place in it.
        why: it is none.
    """

    label: str
    where: str
    why: str


class Taken(NamedTuple):
    """What a recording gave.

    Attributes:
        takes: to learn from.
        refused: the others.
    """

    takes: list[Take]
    refused: list[Refused]


def takes_of(
    recording: Recording,
    topic: str,
    segments: Sequence[Segment],
    card: Card,
    source: BagSource,
    who: tuple[str, str],
    by_receipt: bool = False,
) -> Taken:
    """Takes of stretches of a recording.

    Args:
        recording: open.
        topic: of the model's sensor.
        segments: the stretches, in the order of time, on the clock of the stamps.
        card: of the model.
        source: what the messages do not say of themselves.
        who: person and day.
        by_receipt: the stretches have the times at which their labels came.

    Raises:
        BagError: the recording lacks what its messages do not say of themselves.
    """
    sensor, rate_hz = sensor_of(card), card.input.rate_hz
    doubts: list[Doubt] = []
    asked = Stretches(recording, topic, segments, source.given, doubts, by_receipt)
    found = Taken([], [])
    for segment, cut in zip(segments, live_of(card).cuts(asked), strict=True):
        where = f'{recording.path}, {topic}, at {segment.start_ns / 1e9:.2f} s'
        why, samples = cut if isinstance(cut, str) else '', None
        if not isinstance(cut, str):
            try:
                samples = samples_of(sensor, cut, rate_hz)
                why = why_no_take(sensor, samples, rate_hz)
            except DatasetError as problem:
                why = str(problem).rstrip('.')
        if why or samples is None:
            found.refused.append(Refused(segment.label, where, why))
        else:
            found.takes.append(Take(segment.label, *who, where, samples))
    return found


def takes_of_bag(
    path: Path,
    truth: str,
    card: Card,
    source: BagSource,
    who: tuple[str, str],
    labels: Collection[str] | None = None,
) -> Taken:
    """Takes of a bag.

    Args:
        path: the bag.
        truth: a topic of std_msgs/String, which begins with a slash, or else a CSV file.
        card: of the model.
        source: topics, and what the messages do not say of themselves.
        who: person and day.
        labels: what is wanted; all but the model's own without it.

    Raises:
        InputError: the bag, a topic in it or the truth is unusable.
    """
    with BagReader(path) as bag:
        topic = source.topic_for(card, bag)
        parts = source.parts(live_of(card))
        segments = [
            segment
            for segment in truth_of(bag, truth, [topic, *parts])
            if (segment.label in labels if labels is not None else _is_new(segment.label, card))
        ]
        if not segments:
            wanted = ' or '.join(labels or ['a label that the model does not know'])
            raise BagError(f'{path}: its truth, {truth}, does not name {wanted}.')
        for segment in segments:
            length_s = (segment.end_ns - segment.start_ns) / 1e9
            if length_s > LONGEST_S:
                raise BagError(
                    f'{path}: {segment.label} lasts {length_s:.0f} s in {truth}; a take is one '
                    f'performance, of {LONGEST_S:g} s at most: label a few single ones in it '
                    f'("dcat label {path}"), or name what else is to be learned (--label).'
                )
        return takes_of(bag, topic, segments, card, source, who, truth in bag.topics)


def _is_new(label: str, card: Card) -> bool:
    return label not in card.labels and label not in _NO_LABEL
