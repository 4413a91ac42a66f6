"""A recording in levels of detail: a page asks for tiles of the level that its width can show.

A level is a row of buckets of time, four times as wide as those of the level below; a tile is 512
buckets. Only buckets that hold something are kept, so that memory goes by readings and not by time,
whatever the stamps are.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ['BUCKETS', 'MOST_LEVEL', 'STEP', 'Levels']

STEP = 4
BUCKETS = 512
#: A tile of this level spans years.
MOST_LEVEL = 13
#: A level is kept if it halves the one before; others are made of a finer one when asked for.
_WORTH = 2


class Levels:
    """Values in buckets of time, each joined with others by a rule such as `np.minimum`.

    Args:
        stamps_ns: shape (n,), in any order.
        parts: arrays (n, columns) with the rule by which two of their values become one.
        width_ns: of a bucket of the finest level.

    Attributes:
        width_ns: see above.
        begin_ns: the first stamp; 0 if there is none.
        end_ns: the last one.
    """

    def __init__(
        self,
        stamps_ns: NDArray[np.int64],
        parts: Sequence[tuple[NDArray[np.generic], np.ufunc]],
        width_ns: int,
    ):
        self.width_ns = width_ns
        self.begin_ns = int(stamps_ns.min()) if len(stamps_ns) else 0
        self.end_ns = int(stamps_ns.max()) if len(stamps_ns) else 0
        self._rules = [rule for _, rule in parts]
        buckets, arrays = stamps_ns // width_ns, [array for array, _ in parts]
        if (np.diff(buckets) < 0).any():
            order = np.argsort(buckets, kind='stable')
            buckets, arrays = buckets[order], [array[order] for array in arrays]
        self._kept = [(0, *self._joined(buckets, arrays))]
        for level in range(1, MOST_LEVEL + 1):
            at, buckets, arrays = self._kept[-1]
            wider = buckets // STEP ** (level - at)
            n = 1 + int(np.count_nonzero(np.diff(wider))) if len(wider) else 0
            if n * _WORTH <= len(buckets):
                self._kept.append((level, *self._joined(wider, arrays)))

    def tile(self, level: int, index: int) -> list[NDArray[np.float32]]:
        """Of each part the values (columns, 512) of a tile; NaN where a bucket holds nothing.

        Args:
            level: 0 is the finest.
            index: tile k of a level has the buckets from 512 k on, counted from time 0.

        Raises:
            ValueError: there is no such level.
        """
        if not 0 <= level <= MOST_LEVEL:
            raise ValueError(f'there is no level {level}')
        at, buckets, arrays = next(kept for kept in reversed(self._kept) if kept[0] <= level)
        factor = STEP ** (level - at)
        edges = np.array([index, index + 1], np.int64) * (BUCKETS * factor)
        first, last = np.searchsorted(buckets, edges)
        own = slice(int(first), int(last))
        places, joined = self._joined(buckets[own] // factor, [array[own] for array in arrays])
        tiles = []
        for array in joined:
            tile = np.full((array.shape[1], BUCKETS), np.nan, np.float32)
            tile[:, places - index * BUCKETS] = array.T
            tiles.append(tile)
        return tiles

    def _joined(
        self, buckets: NDArray[np.int64], arrays: Sequence[NDArray[np.generic]]
    ) -> tuple[NDArray[np.int64], list[NDArray[np.generic]]]:
        """One row for each bucket; the buckets ascend."""
        if not len(buckets):
            return buckets, list(arrays)
        starts = np.flatnonzero(np.diff(buckets, prepend=buckets[0] - 1))
        rows = [
            rule.reduceat(array, starts, axis=0)
            for array, rule in zip(arrays, self._rules, strict=True)
        ]
        return buckets[starts], rows
