"""The figures in a card: what the recipe gives on people whom the network never saw."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from dcat_ros.card.card import Card, Result
from dcat_ros.evaluation.events import EventScores, events_of, label_runs, score_events
from dcat_ros.evaluation.figures import macro_f1 as macro_f1_of
from dcat_ros.evaluation.intervals import cluster_bootstrap
from dcat_ros.evaluation.scores import best_label
from dcat_ros.streaming.decision import OK
from dcat_ros.training.holdout import HeldOut, calibrated, calibration_of

__all__ = ['accuracy', 'is_better', 'macro_f1', 'named', 'results_of', 'with_source']

_CHOSEN_BY = 'window macro-F1'


@dataclass(frozen=True)
class _OfSubject:
    """Scores of one held-out subject.

    Attributes:
        windows: number of windows of the stream by truth and likeliest label.
        n_covered: number of windows that are not `unknown`.
        n_right: number of right ones among those.
        events: scores of the stream's events.
        runs: the same, with every run of one published label as an event.
        trials: number of trials by truth and label.
    """

    windows: NDArray[np.int64]
    n_covered: int
    n_right: int
    events: EventScores
    runs: EventScores
    trials: NDArray[np.int64]


def results_of(
    held_out: Sequence[HeldOut], card: Card, unknown_at: float, n_folds: int
) -> tuple[Result, ...]:
    """Figures with 95 % intervals over subjects.

    Each subject's predictions are calibrated on the other held-out subjects alone.

    Args:
        held_out: what the folds' networks said, one entry per subject.
        card: of the model.
        unknown_at: share of right predictions that may become `unknown`.
        n_folds: number of folds, for the text.
    """
    subjects = [_score(h, held_out, card, unknown_at, n_folds) for h in held_out]
    protocol = f'each subject held out once, {n_folds} folds'
    streams = f'continuous streams (synthetic joining), {protocol}'
    trials = f'whole trials, {protocol}'
    n_windows = sum(int(s.windows.sum()) for s in subjects)
    n_events = sum(s.events.n_true for s in subjects)
    n_trials = sum(int(s.trials.sum()) for s in subjects)
    whole = [s for s in subjects if s.trials.any()]
    rows: list[tuple[str, str, Callable[[Sequence[_OfSubject]], float], int]] = [
        (streams, _CHOSEN_BY, lambda g: macro_f1([s.windows for s in g]), n_windows),
        (streams, 'event-F1 (IoU 0.5)', _event_f1, n_events),
        (streams, 'label-run F1 (IoU 0.5)', _run_f1, n_events),
        (streams, 'false alarms per hour', _alarms, n_events),
        (streams, 'onset delay (s)', _delay, n_events),
        (streams, 'coverage', _coverage, n_windows),
        (streams, 'accuracy where not unknown', _accuracy_covered, n_windows),
    ]
    if whole:  # long enough for a window
        rows += [
            (trials, 'trial macro-F1', lambda g: macro_f1([s.trials for s in g]), n_trials),
            (trials, 'trial accuracy', lambda g: accuracy([s.trials for s in g]), n_trials),
        ]
    results = []
    for split, metric, statistic, n in rows:
        those = whole if split == trials else subjects
        low, high = cluster_bootstrap(those, statistic, n_resamples=2000)
        results.append(
            Result(
                split=split,
                metric=metric,
                value=round(statistic(those), 4),
                low=round(low, 4),
                high=round(high, 4),
                n=n,
            )
        )
    return tuple(results)


def with_source(results: Sequence[Result], seen: Sequence[str]) -> tuple[Result, ...]:
    """The same figures; says so where the source knows held-out subjects from its own training."""
    note = f', of whom the source knew {", ".join(seen)}' if seen else ''
    return tuple(r.model_copy(update={'split': r.split + note}) for r in results)


def named(results: Sequence[Result], prefix: str) -> tuple[Result, ...]:
    """The same figures, named as those of networks that are not the ones shipped."""
    return tuple(r.model_copy(update={'split': f'{prefix}: {r.split}'}) for r in results)


def is_better(results: Sequence[Result], others: Sequence[Result]) -> bool:
    """Whether window macro-F1 is higher."""
    ours, theirs = (
        next(r.value for r in some if r.metric == _CHOSEN_BY) for some in (results, others)
    )
    return ours > theirs


def _score(
    one: HeldOut, all_of_them: Sequence[HeldOut], card: Card, unknown_at: float, n_folds: int
) -> _OfSubject:
    others = [h for h in all_of_them if h is not one]
    calibration = calibration_of(others, card, unknown_at, n_folds)
    predictions = calibrated(one.predictions, card.labels, calibration)
    found = events_of(
        predictions,
        card.labels,
        stride_s=card.input.stride_s,
        lag_s=card.input.lag_s,
        threshold=calibration.unknown_threshold,
    )
    stream = one.subject.stream
    hours = stream.signal.duration_s / 3600
    runs = label_runs(predictions, stride_s=card.input.stride_s, lag_s=card.input.lag_s)
    best = [best_label(p, card.labels) for p in predictions]
    covered = np.array([p.state == OK for p in predictions])
    right = np.array(best) == np.array(one.truth)
    true_trials = [true for true, _ in one.trials]
    found_trials = [found_label for _, found_label in one.trials]
    return _OfSubject(
        windows=confusion_matrix(one.truth, best, labels=card.labels),
        n_covered=int(covered.sum()),
        n_right=int((covered & right).sum()),
        events=score_events(stream.segments, found, hours),
        runs=score_events(stream.segments, runs, hours),
        trials=_confusion(true_trials, found_trials, card.labels),
    )


def _confusion(
    true: Sequence[str], found: Sequence[str], labels: Sequence[str]
) -> NDArray[np.int64]:
    """Scikit-learn refuses a subject none of whose recordings is as long as a window."""
    if not true:
        return np.zeros((len(labels), len(labels)), np.int64)
    matrix: NDArray[np.int64] = confusion_matrix(true, found, labels=labels)
    return matrix


def macro_f1(confusions: Sequence[NDArray[np.int64]]) -> float:
    """Mean of F1 over the labels that occur in truth, of the sum of matrices (classes, classes)."""
    return macro_f1_of(np.sum(confusions, axis=0))


def accuracy(confusions: Sequence[NDArray[np.int64]]) -> float:
    """Share of right ones in the sum of matrices (classes, classes)."""
    total = np.sum(confusions, axis=0)
    return float(np.trace(total) / total.sum())


def _event_f1(subjects: Sequence[_OfSubject]) -> float:
    return _f1([s.events for s in subjects])


def _run_f1(subjects: Sequence[_OfSubject]) -> float:
    return _f1([s.runs for s in subjects])


def _f1(events: Sequence[EventScores]) -> float:
    total = sum(e.n_true + e.n_predicted for e in events)
    return 2 * sum(e.n_matched for e in events) / total if total else 0.0


def _alarms(subjects: Sequence[_OfSubject]) -> float:
    return sum(s.events.false_alarms for s in subjects) / sum(s.events.hours for s in subjects)


def _delay(subjects: Sequence[_OfSubject]) -> float:
    """Mean over subjects of the median delay."""
    delays = [s.events.onset_delay_s for s in subjects if s.events.onset_delay_s is not None]
    return float(np.mean(delays)) if delays else 0.0


def _coverage(subjects: Sequence[_OfSubject]) -> float:
    return sum(s.n_covered for s in subjects) / sum(int(s.windows.sum()) for s in subjects)


def _accuracy_covered(subjects: Sequence[_OfSubject]) -> float:
    return sum(s.n_right for s in subjects) / max(1, sum(s.n_covered for s in subjects))
