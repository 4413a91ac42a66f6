"""Scores by event: did each activity give one label, at the right time, once?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from dcat_ros.evaluation.prediction_log import end_stamps, probability_matrix, said
from dcat_ros.segment import REST, Segment
from dcat_ros.streaming.decision import OK, Prediction

__all__ = ['Event', 'EventScores', 'events_of', 'label_runs', 'score_events']

#: Another label must last so long, about as long as an action, to end an event without rest.
_STEADY_S = 3.0


@dataclass(frozen=True, slots=True)
class Event:
    """A run of windows that show some activity.

    Attributes:
        label: the activity, by the summed probabilities of the run.
        start_ns: half a stride before the instant that the first window speaks for.
        end_ns: half a stride after the instant that the last window speaks for.
        emitted: for each window of the run the stamp of its end, when it was published, and its
            own label.
    """

    label: str
    start_ns: int
    end_ns: int
    emitted: tuple[tuple[int, str], ...]


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
        delays_s: of each matched true event the time from its start to the first window with the
            right label, published at its end.
    """

    n_true: int
    n_predicted: int
    n_matched: int
    f1: float
    false_alarms: int
    hours: float
    delays_s: tuple[float, ...]

    @property
    def onset_delay_s(self) -> float | None:
        """Median of the delays; None if there is none."""
        return median(self.delays_s) if self.delays_s else None

    @property
    def false_alarms_per_hour(self) -> float:
        """False alarms in an hour of recording; 0.0 for an empty recording."""
        return self.false_alarms / self.hours if self.hours else 0.0


def events_of(
    predictions: Sequence[Prediction],
    labels: Sequence[str],
    *,
    stride_s: float,
    lag_s: float,
    threshold: float = 0.0,
) -> list[Event]:
    """Join neighbouring windows that show some activity.

    A window shows activity if `rest` is less likely than all else together; without a label
    `rest`, if some label is as likely as the threshold. A run ends with rest, with a hole of more
    than one and a half strides, and where another label takes over for good: for `_STEADY_S` on
    both sides. Its label is the likeliest by the sum of the probabilities; a run whose mean
    probability of that label is below the threshold is `unknown` and no event.

    Args:
        predictions: of one stream, in the order of time, with probabilities.
        labels: of the model.
        stride_s: distance of two windows.
        lag_s: a window speaks for the instant so long before its end.
        threshold: as for windows.
    """
    if not predictions:
        return []
    p = probability_matrix(predictions)
    rest = labels.index(REST) if REST in labels else None
    active = p[:, rest] < 0.5 if rest is not None else p.max(axis=1) >= threshold
    columns = [i for i in range(len(labels)) if i != rest]
    names = [labels[i] for i in columns]
    ends_ns = end_stamps(predictions)
    hole = np.diff(ends_ns, prepend=ends_ns[0]) > 1.5e9 * stride_s
    borders = np.flatnonzero(hole | np.diff(active, prepend=active[:1]))
    events: list[Event] = []
    for members in np.split(np.arange(len(active)), borders):
        if not len(members) or not active[members[0]]:
            continue
        own = p[members][:, columns]
        for part in _split_where_label_changes(own, round(_STEADY_S / stride_s)):
            mean = own[part].mean(axis=0)
            best = int(mean.argmax())
            if mean[best] < threshold * mean.sum():
                continue
            half_ns, lag_ns = round(stride_s * 5e8), round(lag_s * 1e9)
            events.append(
                Event(
                    label=names[best],
                    start_ns=int(ends_ns[members[part[0]]]) - lag_ns - half_ns,
                    end_ns=int(ends_ns[members[part[-1]]]) - lag_ns + half_ns,
                    emitted=tuple(
                        (int(ends_ns[members[i]]), names[int(own[i].argmax())])
                        for i in part.tolist()
                    ),
                )
            )
    return events


def label_runs(predictions: Sequence[Prediction], *, stride_s: float, lag_s: float) -> list[Event]:
    """Every run of windows with one published label is an event, as a simple listener sees it.

    Nothing is joined or renamed afterwards: `unknown`, `rest`, another label or a hole of more
    than one and a half strides ends an event.

    Args:
        predictions: of one stream, in the order of time.
        stride_s: distance of two windows.
        lag_s: a window speaks for the instant so long before its end.
    """
    half_ns, lag_ns = round(stride_s * 5e8), round(lag_s * 1e9)
    runs: list[tuple[str, list[int]]] = []  # a label, and the ends of its windows
    open_until_ns, open_label = -1, ''
    ends_ns = end_stamps(predictions).tolist()
    for end_ns, (label, state) in zip(ends_ns, said(predictions), strict=True):
        if state != OK or label == REST:
            open_label = ''
            continue
        if label == open_label and end_ns <= open_until_ns:
            runs[-1][1].append(end_ns)
        else:
            runs.append((label, [end_ns]))
        open_until_ns, open_label = end_ns + 3 * half_ns, label
    return [
        Event(
            label=label,
            start_ns=ends[0] - lag_ns - half_ns,
            end_ns=ends[-1] - lag_ns + half_ns,
            emitted=tuple((end_ns, label) for end_ns in ends),
        )
        for label, ends in runs
    ]


def _split_where_label_changes(p: NDArray[np.float64], steady: int) -> list[NDArray[np.int64]]:
    """Cut a run (n, labels) between two labels that each last at least `steady` windows."""
    best = p.argmax(axis=1)
    changes = np.flatnonzero(np.diff(best)) + 1
    stretches = np.split(np.arange(len(best)), changes)
    anchors = [s for s in stretches if len(s) >= steady]
    cuts = [
        (int(before[-1]) + int(after[0]) + 1) // 2
        for before, after in pairwise(anchors)
        if best[before[0]] != best[after[0]]
    ]
    return np.split(np.arange(len(best)), cuts)


def score_events(
    truth: Iterable[Segment], predicted: Sequence[Event], hours: float, *, min_iou: float = 0.5
) -> EventScores:
    """Match predicted events with true ones, best overlap first, and count.

    Args:
        truth: true intervals; `rest` is no event.
        predicted: as `events_of` gives them.
        hours: length of the recording.
        min_iou: least intersection over union of a match.
    """
    true = sorted((s for s in truth if s.label != REST), key=lambda s: s.start_ns)
    found = sorted(predicted, key=lambda e: e.start_ns)
    pairs: list[tuple[float, int, int]] = []
    touched: set[int] = set()
    first = 0
    for j, event in enumerate(found):
        while first < len(true) and true[first].end_ns <= event.start_ns:
            first += 1
        for i in range(first, len(true)):
            if true[i].start_ns >= event.end_ns:
                break
            touched.add(j)
            iou = _iou(true[i], event)
            if true[i].label == event.label and iou >= min_iou:
                pairs.append((iou, i, j))
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(pairs, reverse=True):
        if i not in matched and j not in taken:
            matched[i] = j
            taken.add(j)
    total = len(true) + len(found)
    delays = [d for i, j in matched.items() if (d := _delay_s(true[i], found[j])) is not None]
    return EventScores(
        n_true=len(true),
        n_predicted=len(found),
        n_matched=len(matched),
        f1=2 * len(matched) / total if total else 0.0,
        false_alarms=len(found) - len(touched),
        hours=hours,
        delays_s=tuple(delays),
    )


def _iou(true: Segment, event: Event) -> float:
    shared = min(true.end_ns, event.end_ns) - max(true.start_ns, event.start_ns)
    union = max(true.end_ns, event.end_ns) - min(true.start_ns, event.start_ns)
    return max(0, shared) / union if union else 0.0


def _delay_s(true: Segment, event: Event) -> float | None:
    """From the truth's start to the first window that said the right label."""
    for emitted_ns, label in event.emitted:
        if label == true.label and emitted_ns >= true.start_ns:
            return (emitted_ns - true.start_ns) / 1e9
    return None
