"""Rows of a stream's grid that are due, of one window or of many."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.streaming.resample import on_grid

__all__ = ['DueRows', 'rows_of']


class DueRows(NamedTuple):
    """Rows of the grid with which a window ends.

    Attributes:
        first: index on the grid of the first one.
        last: index of the last one.
        smooth: they need the low-pass.
        newest: place among the samples of the one that completed the window.
    """

    first: int
    last: int
    smooth: bool
    newest: int


def rows_of(
    due: Sequence[DueRows],
    times_s: NDArray[np.float64],
    values: NDArray[np.float64],
    rate_hz: float,
) -> NDArray[np.float64]:
    """Values (n, C) of rows that follow each other on the grid.

    What is given for each is what would be if no sample had come behind its `newest`.

    Args:
        due: the rows; at least one.
        times_s: of the samples, ascending, from the grid's origin on, shape (m,).
        values: of the samples, shape (m, C).
        rate_hz: of the grid.
    """
    parts = []
    for smooth, group in groupby(due, key=lambda some: some.smooth):
        alike = list(group)
        grid_s = np.arange(alike[0].first, alike[-1].last + 1) / rate_hz
        # a grid in whole ns may end a trifle before the sample: nothing behind that is seen
        n_rows = [some.last + 1 - some.first for some in alike]
        grid_s = np.minimum(grid_s, np.repeat(times_s[[some.newest for some in alike]], n_rows))
        parts.append(on_grid(grid_s, times_s, values, rate_hz, oversampled=smooth))
    return np.concatenate(parts)
