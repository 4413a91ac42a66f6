"""The figures in a card, from what was measured: what the recipe gives on what it never saw."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Result
from dcat_ros.evaluation.figures import macro_f1 as macro_f1_of
from dcat_ros.evaluation.intervals import cluster_bootstrap
from dcat_ros.training.measured import WHOLE, EventCounts, Measured, MeasuredStream, MeasuredTrial

__all__ = ['is_better', 'named', 'of_trials', 'results_of', 'with_source']

Group = TypeVar('Group')
Streams = Sequence[MeasuredStream]

_CHOSEN_BY = 'window macro-F1'
_ALARMS = 'false alarms per hour'


def results_of(measured: Measured) -> tuple[Result, ...]:
    """Figures with 95 % intervals over people; of sources over these, of their streams over folds.

    Args:
        measured: each stream calibrated on the others alone.
    """
    protocol = measured.protocol
    results = _of_streams(measured.streams, f'continuous streams (synthetic joining), {protocol}')
    for what in dict.fromkeys(what for trial in measured.trials for what in trial.found):
        those = [trial for trial in measured.trials if what in trial.found]
        of_what = '' if what == WHOLE else f', {what}'
        found = [trial.found[what] for trial in those]
        results += of_trials(measured, those, found, f'whole trials{of_what}, {protocol}')
    for name in dict.fromkeys(name for trial in measured.trials for name in trial.apart):
        those = [trial for trial in measured.trials if name in trial.apart]
        alone = f'whole trials of {name}, by a network that learned from none of them'
        results += of_trials(measured, those, [trial.apart[name] for trial in those], alone)
        found = [trial.found[WHOLE] for trial in those]
        results += of_trials(measured, those, found, f'whole trials of {name}, {protocol}')
    return tuple(results)


def of_trials(
    measured: Measured, trials: Sequence[MeasuredTrial], found: Sequence[str], split: str
) -> list[Result]:
    """Macro-F1 and accuracy of trials.

    Args:
        measured: gives labels, and what the intervals are over.
        trials: at least one.
        found: a label for each.
        split: what they are, for people.
    """
    labels = measured.labels
    counts: dict[str, NDArray[np.int64]] = {}
    for trial, label in zip(trials, found, strict=True):
        group = getattr(trial, measured.held_out)
        matrix = counts.setdefault(group, np.zeros((len(labels), len(labels)), np.int64))
        matrix[labels.index(trial.label), labels.index(label)] += 1
    groups = list(counts.values())
    return [
        _result(split, 'trial macro-F1', groups, _macro_f1, len(trials)),
        _result(split, 'trial accuracy', groups, _accuracy, len(trials)),
    ]


def with_source(results: Sequence[Result], seen: Sequence[str]) -> tuple[Result, ...]:
    """The same figures; says so where the source knows held-out subjects from its own training."""
    note = f', of whom the source knew {", ".join(seen)}' if seen else ''
    return tuple(r.model_copy(update={'split': r.split + note}) for r in results)


def named(results: Sequence[Result], prefix: str) -> tuple[Result, ...]:
    """The same figures, named as those of networks that are not the ones shipped."""
    return tuple(r.model_copy(update={'split': f'{prefix}: {r.split}'}) for r in results)


def is_better(results: Sequence[Result], others: Sequence[Result]) -> bool:
    """Whether window macro-F1 is higher, and false alarms are not more beyond chance.

    Beyond chance: their 95 % intervals lie apart.
    """
    ours, theirs = ({r.metric: r for r in reversed(some)} for some in (results, others))
    if ours[_CHOSEN_BY].value <= theirs[_CHOSEN_BY].value:
        return False
    low, high = ours[_ALARMS].low, theirs[_ALARMS].high
    return low is None or high is None or low <= high


def _of_streams(streams: Streams, split: str) -> list[Result]:
    n_windows = sum(s.n_windows for s in streams)
    n_events = sum(s.events.n_true for s in streams)
    rows: list[tuple[str, Callable[[Streams], float], int]] = [
        (_CHOSEN_BY, lambda g: _macro_f1([np.array(s.confusion) for s in g]), n_windows),
        ('event-F1 (IoU 0.5)', lambda g: _f1([s.events for s in g]), n_events),
        ('label-run F1 (IoU 0.5)', lambda g: _f1([s.runs for s in g]), n_events),
        (_ALARMS, _alarms, n_events),
        ('onset delay (s)', _delay, n_events),
        ('coverage', _share('n_covered', 'n_windows'), n_windows),
        ('accuracy where not unknown', _share('n_right', 'n_covered'), n_windows),
    ]
    if n_pause := sum(s.n_pause for s in streams):
        n_still = sum(s.n_still for s in streams)
        rows += [
            ('unknown in pauses', _share('n_pause_unknown', 'n_pause'), n_pause),
            ('unknown wholly in a pause', _share('n_still_unknown', 'n_still'), n_still),
        ]
    return [_result(split, metric, streams, statistic, n) for metric, statistic, n in rows]


def _result(
    split: str,
    metric: str,
    groups: Sequence[Group],
    statistic: Callable[[Sequence[Group]], float],
    n: int,
) -> Result:
    low, high = cluster_bootstrap(groups, statistic)
    return Result(
        split=split,
        metric=metric,
        value=round(statistic(groups), 4),
        low=round(low, 4),
        high=round(high, 4),
        n=n,
    )


def _macro_f1(confusions: Sequence[NDArray[np.int64]]) -> float:
    """Mean of F1 over the labels that occur in truth, of the sum of matrices (classes, classes)."""
    return macro_f1_of(np.sum(confusions, axis=0))


def _accuracy(confusions: Sequence[NDArray[np.int64]]) -> float:
    """Share of right ones in the sum of matrices (classes, classes)."""
    total = np.sum(confusions, axis=0)
    return float(np.trace(total) / total.sum())


def _f1(events: Sequence[EventCounts]) -> float:
    total = sum(e.n_true + e.n_predicted for e in events)
    return 2 * sum(e.n_matched for e in events) / total if total else 0.0


def _alarms(streams: Streams) -> float:
    return sum(s.events.false_alarms for s in streams) / sum(s.hours for s in streams)


def _delay(streams: Streams) -> float:
    """Mean over streams of the median delay."""
    delays = [s.events.onset_delay_s for s in streams if s.events.onset_delay_s is not None]
    return float(np.mean(delays)) if delays else 0.0


def _share(part: str, whole: str) -> Callable[[Streams], float]:
    return lambda group: (
        sum(getattr(s, part) for s in group) / max(1, sum(getattr(s, whole) for s in group))
    )
