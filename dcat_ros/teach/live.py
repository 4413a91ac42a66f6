"""A take while it is done: what was heard around it, cut by its motion, and judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dcat_ros.bags.raw import HeardMessages
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.truth import stamp_of
from dcat_ros.doubt import Doubt
from dcat_ros.errors import DatasetError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.segment import Segment
from dcat_ros.sensors.cut import Stretches
from dcat_ros.sensors.names import topics_and_settings
from dcat_ros.sensors.registry import live_of, sensor_of
from dcat_ros.teach.judge import why_no_take, why_unlike
from dcat_ros.teach.movement import moved, strength
from dcat_ros.teach.student import Student
from dcat_ros.teach.study import Studied, samples_of, study
from dcat_ros.teach.takes import takes_of

__all__ = ['NOW', 'READY', 'REST', 'Attempt', 'Pupil', 'Show', 'Verdict', 'judge_attempt']

#: What the person is told; to be ready with the seconds that are left, such as 'ready 2'.
READY, NOW, REST = 'ready', 'now', 'rest'
_NS = 1_000_000_000
#: With what lies around a movement of a third of a second.
_SHORTEST_S = 0.9


@dataclass
class Pupil:
    """A recogniser that learns.

    Attributes:
        name: of its node.
        student: its model.
        topic: of its sensor; of one in parts that of the last.
        given: topics and settings by which its messages are read.
        types: its topics, with their ROS types: those of the sensor, and what is beside them.
        takes: of the label that is being taught.
    """

    name: str
    student: Student
    topic: str
    given: dict[str, Any]
    types: dict[str, str]
    takes: list[Studied] = field(default_factory=list)


@dataclass(frozen=True)
class Attempt:
    """What was heard around a take.

    Attributes:
        messages: of all sensors.
        begun: topic -> stamp in ns of its last message before somebody was told to begin.
    """

    messages: Sequence[RawMessage]
    begun: dict[str, int]


@dataclass(frozen=True)
class Verdict:
    """What an attempt is worth.

    Attributes:
        segment: the take; None if there is none.
        learned: name of each pupil who takes it, and how it is seen by him.
        refused: name of each other one who heard his sensor, and why he does not take it.
    """

    segment: Segment | None
    learned: dict[str, Studied]
    refused: dict[str, str]


#: Is told the label, the number of the take, what the person shall do (empty: nothing more), and
#: what became of the last attempt.
Show = Callable[[str, int, str, Verdict | None], None]


def judge_attempt(
    attempt: Attempt, pupils: Sequence[Pupil], label: str, who: tuple[str, str]
) -> Verdict:
    """Cut the take by its motion as all sensors saw it, and judge it for each of them.

    Args:
        attempt: what was heard.
        pupils: who learn; those whose sensor is silent are passed over.
        label: what is taught.
        who: person and day.
    """
    refused: dict[str, str] = {}
    spans: list[tuple[int, int]] = []
    present: list[tuple[Pupil, HeardMessages]] = []
    for pupil in pupils:
        heard = HeardMessages(pupil.types, attempt.messages, Path(f'what {pupil.name} hears'))
        span = _moved(heard, pupil, attempt.begun.get(pupil.topic), label)
        if span is None:
            continue
        if isinstance(span, str):
            refused[pupil.name] = span
            continue
        spans.append(span)
        present.append((pupil, heard))
    if not spans:
        return Verdict(None, {}, refused)
    segment = Segment(min(a for a, _ in spans), max(b for _, b in spans), label)
    learned: dict[str, Studied] = {}
    for pupil, heard in present:
        taken = takes_of(
            heard,
            pupil.topic,
            [segment],
            pupil.student.lessons.base.card,
            BagSource(**pupil.given),
            who,
        )
        if taken.refused:
            refused[pupil.name] = taken.refused[0].why
            continue
        studied = study(pupil.student.lessons.base, taken.takes[0])
        if why := why_unlike(studied, pupil.takes, pupil.student.lessons.memory):
            refused[pupil.name] = why
        else:
            learned[pupil.name] = studied
    return Verdict(segment if learned else None, learned, refused)


def _moved(
    heard: HeardMessages, pupil: Pupil, begun_ns: int | None, label: str
) -> tuple[int, int] | str | None:
    """From when to when somebody moved, in ns; why there is no take; None: nothing was heard."""
    card = pupil.student.lessons.base.card
    sensor, rate_hz = sensor_of(card), card.input.rate_hz
    stamps = [stamp_of(message) for message in heard.messages([pupil.topic])]
    if begun_ns is None or len(stamps) < 2 or stamps[-1] <= begun_ns:
        return None
    doubts: list[Doubt] = []
    all_of_it = Segment(stamps[0], stamps[-1] + 1, label)
    asked = Stretches(
        heard, pupil.topic, [all_of_it], topics_and_settings(pupil.given), doubts, False
    )
    (cut,) = live_of(card).cuts(asked)
    if isinstance(cut, str):
        return cut
    try:
        samples = samples_of(sensor, cut, rate_hz)
    except DatasetError as problem:
        return str(problem).rstrip('.')
    first = round((begun_ns - stamps[0]) * rate_hz / _NS)
    before = strength(sensor, samples[: max(2, first)], rate_hz)
    found = moved(sensor, samples[first:], rate_hz, float(np.median(before)))
    if found is None:
        return 'nothing moved'
    length_s = (found.end - found.begin) / rate_hz
    if length_s < _SHORTEST_S:
        return f'too short, {length_s:.1f} s: a jerk'
    if why := why_no_take(sensor, samples[first + found.begin : first + found.end], rate_hz):
        return why
    begin_ns = stamps[0] + round((first + found.begin) * _NS / rate_hz)
    return begin_ns, stamps[0] + round((first + found.end) * _NS / rate_hz)
