"""Macro-F1 with intervals, and differences between methods, from the cells' predictions.

Resamples draw subjects with replacement, and then each one's trials with replacement: trials of one
person are alike (a cluster bootstrap in two stages; A. Davison, D. Hinkley, "Bootstrap methods and
their application", 1997, section 3.8). The same draw serves all methods, so that differences are
paired.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.evaluation.intervals import mcnemar_p
from dcat_ros.experiment.cells import Run

__all__ = ['Draws', 'Interval', 'difference', 'macro_f1', 'mcnemar', 'score']

Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A figure and the 95 % percentile interval around it."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0


class Draws:
    """The same resamples of subjects and trials for all that is compared.

    Args:
        runs: all runs of all methods of one regime.
        n: number of resamples.
        seed: of the draws.
    """

    def __init__(self, runs: Sequence[Run], n: int = 1000, seed: int = 0):
        of_trial = {t: s for run in runs for t, s in zip(run.trials, run.subjects, strict=True)}
        self._column = {trial: i for i, trial in enumerate(sorted(of_trial))}
        subjects = np.array([of_trial[trial] for trial in sorted(of_trial)])
        names = np.unique(subjects)
        rng = np.random.default_rng(seed)
        times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n)
        self.weights: Weights = np.zeros((n + 1, len(subjects)))
        self.weights[0] = 1  # the recordings as they are
        for j, name in enumerate(names):
            own = np.flatnonzero(subjects == name)
            for i in range(n):
                size = times[i, j] * len(own)
                self.weights[i + 1, own] = rng.multinomial(size, np.full(len(own), 1 / len(own)))

    def of(self, run: Run) -> Weights:
        """Weights (1 + n, trials of the run); the first row has every trial once."""
        return self.weights[:, [self._column[trial] for trial in run.trials]]


def macro_f1(run: Run, weights: Weights) -> NDArray[np.float64]:
    """Macro-F1 over the classes in truth, for each row of weights (n, trials); NaN for no trial."""
    truth, predicted = np.array(run.truth), np.array(run.predicted)
    classes = np.unique(truth)
    is_true = (truth[:, None] == classes).astype(float)
    is_found = (predicted[:, None] == classes).astype(float)
    both = weights @ (is_true * is_found)
    n_true, n_found = weights @ is_true, weights @ is_found
    f1 = 2 * both / np.maximum(n_true + n_found, 1e-12)
    present = n_true > 0
    n_present = present.sum(axis=1)
    mean = (f1 * present).sum(axis=1) / np.maximum(n_present, 1)
    out: NDArray[np.float64] = np.where(n_present > 0, mean, np.nan)
    return out


def score(runs: Sequence[Run], draws: Draws) -> Interval:
    """Mean macro-F1 of the runs of a method."""
    return _interval(_mean(runs, draws))


def difference(runs: Sequence[Run], others: Sequence[Run], draws: Draws) -> Interval:
    """How much better the runs of one method are than those of another, in macro-F1."""
    return _interval(_mean(runs, draws) - _mean(others, draws))


def mcnemar(runs: Sequence[Run], others: Sequence[Run]) -> float:
    """Median over the pairs of runs of the exact two-sided p of McNemar's test.

    Runs are compared one by one, since the same trial in several runs is not several trials.
    """
    p = []
    for run, other in zip(runs, others, strict=True):
        truth = np.array(run.truth)
        right, other_right = np.array(run.predicted) == truth, np.array(other.predicted) == truth
        only, only_other = int((right & ~other_right).sum()), int((other_right & ~right).sum())
        p.append(mcnemar_p(only, only_other))
    return float(np.median(p))


def _mean(runs: Sequence[Run], draws: Draws) -> NDArray[np.float64]:
    # a resample may hold nobody whom a run tested: it says nothing of that run
    scores = np.array([macro_f1(run, draws.of(run)) for run in runs])
    known = np.isfinite(scores)
    out: NDArray[np.float64] = np.full(scores.shape[1], np.nan)
    np.divide(np.nansum(scores, axis=0), known.sum(axis=0), out=out, where=known.any(axis=0))
    return out


def _interval(values: NDArray[np.float64]) -> Interval:
    low, high = np.nanpercentile(values[1:], [2.5, 97.5])
    return Interval(float(values[0]), float(low), float(high))
