"""95 % intervals by bootstrap over subjects."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

__all__ = ['cluster_bootstrap']

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
        statistic: figure of a list of groups.
        n_resamples: number of draws.
        seed: of the draws.

    Returns:
        The 2.5th and 97.5th percentile.
    """
    rng = np.random.default_rng(seed)
    values = [
        statistic([groups[i] for i in rng.integers(len(groups), size=len(groups))])
        for _ in range(n_resamples)
    ]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
