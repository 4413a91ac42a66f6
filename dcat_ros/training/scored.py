"""Counts of held-out streams: what a listener gets with the calibration of the other streams."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from dcat_ros.card.card import Card
from dcat_ros.evaluation.events import Event, events_of, label_runs, score_events
from dcat_ros.evaluation.scores import best_label
from dcat_ros.segment import REST
from dcat_ros.streaming.decision import OK
from dcat_ros.training.holdout import HeldOut, calibrated, calibration_of
from dcat_ros.training.measured import EventCounts, MeasuredStream

__all__ = ['score_streams']


def score_streams(
    held_out: Sequence[HeldOut], card: Card, unknown_at: float, protocol: str
) -> tuple[MeasuredStream, ...]:
    """Counts of each stream, whose predictions are calibrated on the other streams alone.

    Args:
        held_out: what the folds' networks said.
        card: of the model.
        unknown_at: share of right predictions that may become `unknown`.
        protocol: what was held out, and how.
    """
    return tuple(
        _score(one, [h for h in held_out if h is not one], card, unknown_at, protocol)
        for one in held_out
    )


def _score(
    one: HeldOut, others: Sequence[HeldOut], card: Card, unknown_at: float, protocol: str
) -> MeasuredStream:
    calibration = calibration_of(others, card, unknown_at, protocol)
    predictions = calibrated(one.predictions, card.labels, calibration)
    truth = np.array(one.truth)
    best = np.array([best_label(p, card.labels) for p in predictions])
    named = np.array([p.state == OK for p in predictions])
    known = np.isin(truth, card.labels)
    pause = ~known & (truth == REST)
    still = pause & _wholly_in_pause(one)
    stream = one.stream.stream
    hours = stream.signal.duration_s / 3600
    spec = card.input
    events = events_of(
        predictions,
        card.labels,
        stride_s=spec.stride_s,
        lag_s=spec.lag_s,
        threshold=calibration.unknown_threshold,
    )
    runs = label_runs(predictions, stride_s=spec.stride_s, lag_s=spec.lag_s)
    confusion = confusion_matrix(truth[known], best[known], labels=card.labels)
    return MeasuredStream(
        name=one.stream.name,
        hours=hours,
        confusion=tuple(map(tuple, confusion.tolist())),
        n_covered=int((known & named).sum()),
        n_right=int((known & named & (best == truth)).sum()),
        n_pause=int(pause.sum()),
        n_pause_unknown=int((pause & ~named).sum()),
        n_still=int(still.sum()),
        n_still_unknown=int((still & ~named).sum()),
        events=_counts(one, events, hours),
        runs=_counts(one, runs, hours),
    )


def _counts(one: HeldOut, events: list[Event], hours: float) -> EventCounts:
    scores = score_events(one.stream.stream.segments, events, hours)
    return EventCounts(
        n_true=scores.n_true,
        n_predicted=scores.n_predicted,
        n_matched=scores.n_matched,
        false_alarms=scores.false_alarms,
        onset_delay_s=scores.onset_delay_s,
    )


def _wholly_in_pause(one: HeldOut) -> NDArray[np.bool_]:
    """Which windows touch no trial."""
    segments = one.stream.stream.segments  # they stand without holes
    begins = np.array([segment.start_ns for segment in segments])
    first, last = (
        np.searchsorted(begins, [getattr(p, end) for p in one.predictions], side='right') - 1
        for end in ('start_ns', 'end_ns')
    )
    silent = np.array([segment.label == REST for segment in segments])
    return np.asarray((first == last) & silent[first])
