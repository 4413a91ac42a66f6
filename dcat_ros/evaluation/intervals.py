"""95 % intervals by bootstrap over subjects or bags, and McNemar's test."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

__all__ = ['cluster_bootstrap', 'mcnemar_p', 'resamples']

Group = TypeVar('Group')


def cluster_bootstrap(
    groups: Sequence[Group],
    statistic: Callable[[Sequence[Group]], float],
    *,
    n_resamples: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a statistic when whole groups (subjects) are drawn anew.

    Windows and trials of one person are alike, so that drawing them one by one would give an
    interval that is too narrow. (B. Efron, R. Tibshirani, An Introduction to the Bootstrap, 1993,
    chapters 8 and 13.)

    Args:
        groups: one entry per subject.
        statistic: figure of a list of groups, whatever their order.
        n_resamples: number of draws.
        seed: of the draws.

    Returns:
        The 2.5th and 97.5th percentile.
    """
    # of few groups there are few different draws: each is asked once
    times = Counter(tuple(sorted(draw)) for draw in _draws(len(groups), n_resamples, seed))
    asked = [statistic([groups[i] for i in drawn]) for drawn in times]
    values = np.repeat(asked, list(times.values()))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def resamples(groups: Sequence[Group], n: int, seed: int = 0) -> Iterator[list[Group]]:
    """As many groups as there are, drawn with replacement, n times."""
    for draw in _draws(len(groups), n, seed):
        yield [groups[i] for i in draw]


def _draws(n_groups: int, n: int, seed: int) -> Iterator[list[int]]:
    """Which groups are drawn, n times."""
    yield from np.random.default_rng(seed).integers(n_groups, size=(n, n_groups)).tolist()


def mcnemar_p(n_only: int, n_only_other: int) -> float:
    """Exact two-sided p of McNemar's test; 1.0 if the two never differ.

    (Q. McNemar, 1947: binomial test on what only one of both gets right.)
    """
    from scipy.stats import binomtest  # 60 MB that only a comparison needs

    n = n_only + n_only_other
    return float(binomtest(n_only, n).pvalue) if n else 1.0
