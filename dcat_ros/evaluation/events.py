"""Scores by event: did each activity give one label, at the right time, once?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from dcat_ros.segment import REST, Segment
from dcat_ros.streaming.decision import OK, Prediction

__all__ = ['Event', 'EventScores', 'events_of', 'score_events']


@dataclass(frozen=True, slots=True)
class Event:
    """A run of windows with one label.

    Attributes:
        label: the activity.
        start_ns: half a stride before the centre of the first window.
        end_ns: half a stride after the centre of the last window.
        emitted_ns: end of the first window: the earliest time at which anyone could know.
    """

    label: str
    start_ns: int
    end_ns: int
    emitted_ns: int


@dataclass(frozen=True)
class EventScores:
    """How well predicted events fit the true ones.

    Attributes:
        n_true: true events.
        n_predicted: predicted events.
        n_matched: pairs of one label and IoU >= the limit, one to one.
        f1: 2 matched / (true + predicted); 0.0 if there are none of both.
        false_alarms: predicted events that touch no true event at all.
        hours: length of what was scored.
        onset_delay_s: median over the matched true events of the time from their start to the
            first label; None if none was matched.
    """

    n_true: int
    n_predicted: int
    n_matched: int
    f1: float
    false_alarms: int
    hours: float
    onset_delay_s: float | None

    @property
    def false_alarms_per_hour(self) -> float:
        """False alarms in an hour of recording; 0.0 for an empty recording."""
        return self.false_alarms / self.hours if self.hours else 0.0


def events_of(
    predictions: Sequence[Prediction], stride_s: float, no_event: Collection[str] = (REST,)
) -> list[Event]:
    """Join neighbouring windows with the same label.

    A window speaks for the stretch of one stride around its centre. `unknown`, a label in
    `no_event`, or a hole of more than one and a half strides ends an event.

    Args:
        predictions: in the order of time.
        stride_s: distance of two windows.
        no_event: labels that are no activity.
    """
    half_ns = round(stride_s * 5e8)
    events: list[Event] = []
    previous: Prediction | None = None
    for p in predictions:
        centre_ns = (p.start_ns + p.end_ns) // 2
        follows = (
            previous is not None
            and previous.state == OK
            and previous.label == p.label
            and p.end_ns - previous.end_ns <= 3 * half_ns
        )
        if p.state != OK or p.label in no_event:
            previous = None
            continue
        if follows:
            last = events[-1]
            events[-1] = Event(last.label, last.start_ns, centre_ns + half_ns, last.emitted_ns)
        else:
            events.append(Event(p.label, centre_ns - half_ns, centre_ns + half_ns, p.end_ns))
        previous = p
    return events


def score_events(
    truth: Iterable[Segment],
    predicted: Sequence[Event],
    hours: float,
    *,
    min_iou: float = 0.5,
    no_event: Collection[str] = (REST,),
) -> EventScores:
    """Match predicted events with true ones, best overlap first, and count.

    Args:
        truth: true intervals; those with a label in `no_event` are no events.
        predicted: as `events_of` gives them.
        hours: length of the recording.
        min_iou: least intersection over union of a match.
        no_event: labels that are no activity.
    """
    true = [s for s in truth if s.label not in no_event]
    true.sort(key=lambda s: s.start_ns)
    pairs: list[tuple[float, int, int]] = []
    touched: set[int] = set()
    first = 0
    for j, event in enumerate(sorted(predicted, key=lambda e: e.start_ns)):
        while first < len(true) and true[first].end_ns <= event.start_ns:
            first += 1
        for i in range(first, len(true)):
            if true[i].start_ns >= event.end_ns:
                break
            touched.add(j)
            iou = _iou(true[i], event)
            if true[i].label == event.label and iou >= min_iou:
                pairs.append((iou, i, j))
    ordered = sorted(predicted, key=lambda e: e.start_ns)
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(pairs, reverse=True):
        if i not in matched and j not in taken:
            matched[i] = j
            taken.add(j)
    total = len(true) + len(ordered)
    delays = [_delay_s(true[i], ordered) for i in matched]
    return EventScores(
        n_true=len(true),
        n_predicted=len(ordered),
        n_matched=len(matched),
        f1=2 * len(matched) / total if total else 0.0,
        false_alarms=len(ordered) - len(touched),
        hours=hours,
        onset_delay_s=median(delays) if delays else None,
    )


def _iou(true: Segment, event: Event) -> float:
    shared = min(true.end_ns, event.end_ns) - max(true.start_ns, event.start_ns)
    union = max(true.end_ns, event.end_ns) - min(true.start_ns, event.start_ns)
    return max(0, shared) / union if union else 0.0


def _delay_s(true: Segment, ordered: Sequence[Event]) -> float:
    """From the truth's start to the first right label that belongs to it."""
    emitted = min(
        e.emitted_ns
        for e in ordered
        if e.label == true.label and e.start_ns < true.end_ns and e.end_ns > true.start_ns
    )
    return (emitted - true.start_ns) / 1e9
