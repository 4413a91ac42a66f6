"""Scores of a model over many recordings, with intervals, and against a baseline."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.figures import event_figures, window_figures
from dcat_ros.evaluation.intervals import mcnemar_p, resamples
from dcat_ros.evaluation.outcomes import Outcomes
from dcat_ros.evaluation.prediction_log import probability_matrix
from dcat_ros.evaluation.record import Comparison, Difference, Interval, McNemar, ModelReport
from dcat_ros.evaluation.scores import Scores, event_scores, window_scores
from dcat_ros.evaluation.tally import Tally
from dcat_ros.segment import REST

__all__ = ['compare', 'right_activities', 'summarise']

_N_RESAMPLES = 1000
Item = TypeVar('Item')
Figures = dict[str, float | None]


def summarise(
    evaluations: Sequence[Evaluation], subjects: Sequence[str] | None = None
) -> ModelReport:
    """Pool the recordings of one model.

    Args:
        evaluations: one a recording, at least one.
        subjects: whose each recording is, for the bootstrap draws whole persons: recordings of one
            are alike. Without it, recordings are drawn.
    """
    groups = _groups(evaluations, subjects)
    _, intervals = _bootstrap(groups, _figures)
    return ModelReport(
        model=evaluations[0].scores.model,
        scores=_pooled(evaluations),
        grouped_by='subject' if subjects else 'bag',
        n_groups=len(groups),
        intervals=intervals,
        bags=[evaluation.scores for evaluation in evaluations],
    )


def compare(
    evaluations: Sequence[Evaluation],
    baseline: Sequence[Evaluation],
    subjects: Sequence[str] | None = None,
) -> Comparison:
    """A model and a baseline on the same recordings, in the same order.

    Args:
        evaluations: of the model, at least one.
        baseline: of the other one.
        subjects: see `summarise`.
    """
    pairs = list(zip(evaluations, baseline, strict=True))

    def differences(some: Sequence[tuple[Evaluation, Evaluation]]) -> Figures:
        ours, other = _figures([a for a, _ in some]), _figures([b for _, b in some])
        return {
            name: None if (b := other.get(name)) is None or a is None else a - b
            for name, a in ours.items()
        }

    values, intervals = _bootstrap(_groups(pairs, subjects), differences)
    right = np.concatenate([right_activities(a) for a, _ in pairs])
    other_right = np.concatenate([right_activities(b) for _, b in pairs])
    only, only_other = int((right & ~other_right).sum()), int((other_right & ~right).sum())
    return Comparison(
        baseline=baseline[0].scores.model,
        n_bags=len(pairs),
        differences={
            name: Difference(value=value, interval=intervals.get(name))
            for name, value in sorted(values.items())
            if value is not None
        },
        mcnemar=McNemar(
            n=len(right),
            n_only_model=only,
            n_only_baseline=only_other,
            p=mcnemar_p(only, only_other),
        ),
    )


def right_activities(evaluation: Evaluation) -> NDArray[np.bool_]:
    """Of each true activity, in the order of time, whether the model names it.

    Its name is the likeliest label by the probabilities of the windows that speak for its time,
    summed; without such a window it is not named.
    """
    activities = [s for s in evaluation.truth if s.label != REST]
    p = probability_matrix(evaluation.predictions)
    if not len(p):
        return np.zeros(len(activities), np.bool_)
    sums = np.concatenate([np.zeros((1, p.shape[1])), np.cumsum(p, axis=0)])
    instants = evaluation.instants()
    first = np.searchsorted(instants, [s.start_ns for s in activities])
    last = np.searchsorted(instants, [s.end_ns for s in activities])
    named = [evaluation.labels[i] for i in (sums[last] - sums[first]).argmax(axis=1)]
    right = [name == s.label for name, s in zip(named, activities, strict=True)]
    return np.array(right, np.bool_) & (last > first)


def _groups(items: Sequence[Item], subjects: Sequence[str] | None) -> list[list[Item]]:
    """The recordings of each subject; without subjects each one alone."""
    if subjects is None:
        return [[item] for item in items]
    groups: dict[str, list[Item]] = {}
    for item, subject in zip(items, subjects, strict=True):
        groups.setdefault(subject, []).append(item)
    return list(groups.values())


def _bootstrap(
    groups: Sequence[Sequence[Item]], figures: Callable[[Sequence[Item]], Figures]
) -> tuple[Figures, dict[str, Interval]]:
    """Figures of everything, and of each an interval from drawing whole groups anew."""
    values = figures([item for group in groups for item in group])
    if len(groups) < 2:
        return values, {}
    drawn: dict[str, list[float]] = {name: [] for name in values}
    for some_groups in resamples(groups, _N_RESAMPLES):
        found = figures([item for group in some_groups for item in group])
        for name in drawn:
            value = found[name]
            if value is not None:
                drawn[name].append(value)
    intervals = {}
    for name, some in drawn.items():
        if some and values[name] is not None:
            low, high = np.percentile(some, [2.5, 97.5])
            intervals[name] = Interval(low=float(low), high=float(high))
    return values, intervals


def _figures(evaluations: Sequence[Evaluation]) -> Figures:
    figures = window_figures(Outcomes.joined([e.outcomes for e in evaluations]))
    tally = _tally(evaluations)
    return figures if tally is None else figures | event_figures(tally)


def _tally(evaluations: Sequence[Evaluation]) -> Tally | None:
    tallies = [e.tally for e in evaluations if e.tally is not None]
    return sum(tallies, Tally()) if tallies else None


def _pooled(evaluations: Sequence[Evaluation]) -> Scores:
    all_scores = [evaluation.scores for evaluation in evaluations]
    if len(all_scores) == 1:
        return all_scores[0]
    rejected: Counter[str] = Counter()
    for scores in all_scores:
        rejected.update(scores.n_rejected)
    tally = _tally(evaluations)
    return Scores.model_validate(
        {
            'input': f'{len(all_scores)} bags',
            'model': all_scores[0].model,
            'stamps': '; '.join(dict.fromkeys(scores.stamps for scores in all_scores)),
            'hours': sum(scores.hours for scores in all_scores),
            'n_messages': sum(scores.n_messages for scores in all_scores),
            'n_rejected': dict(rejected),
            **window_scores(Outcomes.joined([e.outcomes for e in evaluations])),
            **(event_scores(tally) if tally is not None else {}),
            'notes': [note for scores in all_scores for note in scores.notes],
            'doubts': [doubt for scores in all_scores for doubt in scores.doubts],
        }
    )
