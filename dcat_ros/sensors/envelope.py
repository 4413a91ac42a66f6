"""Recordings of any length in bounded memory: buckets of time that double their width when full."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ['Envelope', 'Evenly']

Item = TypeVar('Item')


class Envelope:
    """The least and the greatest value in each bucket of time.

    Bucket k holds the times from k · width up to, but without, (k + 1) · width. When there are too
    many, each two neighbours become one, and the width doubles; what comes of it is the same as
    if the width had been that from the start.

    Args:
        n_channels: values of a reading.
        max_buckets: there are never more after a push.
        width_ns: of a bucket at first.

    Attributes:
        width_ns: of a bucket now.

    Raises:
        ValueError: an argument is below 1.
    """

    def __init__(self, n_channels: int = 1, *, max_buckets: int = 4000, width_ns: int = 1_000_000):
        if min(n_channels, max_buckets, width_ns) < 1:
            raise ValueError('an envelope needs a channel, a bucket and a width')
        self._max = max(2, max_buckets)  # 0 divides the times, and is never joined with -1
        self.width_ns = width_ns
        self._bucket = np.zeros(0, np.int64)
        self._low = np.zeros((0, n_channels))
        self._high = np.zeros((0, n_channels))

    def __len__(self) -> int:
        """Number of buckets that hold a value."""
        return len(self._bucket)

    def push(self, stamps_ns: ArrayLike, values: ArrayLike) -> None:
        """Take readings, in any order of time.

        Args:
            stamps_ns: shape (n,).
            values: shape (n, channels), finite.

        Raises:
            ValueError: the shapes do not fit.
        """
        stamps = np.asarray(stamps_ns, np.int64)
        rows = np.asarray(values, np.float64)
        if rows.shape != (len(stamps), self._low.shape[1]):
            raise ValueError(f'{stamps.shape} times and {rows.shape} values are no readings')
        self._bucket = np.concatenate([self._bucket, stamps // self.width_ns])
        self._low = np.concatenate([self._low, rows])
        self._high = np.concatenate([self._high, rows])
        self._join()
        while len(self._bucket) > self._max:
            self.width_ns *= 2
            self._bucket //= 2
            self._join()

    def buckets(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Start in ns (k,) of the buckets that hold a value, ascending, and both edges.

        Returns:
            Starts (k,), least values (k, channels), greatest values (k, channels).
        """
        return self._bucket * self.width_ns, self._low.copy(), self._high.copy()

    def _join(self) -> None:
        """One row for each bucket."""
        if not len(self._bucket):
            return
        order = np.argsort(self._bucket, kind='stable')
        self._bucket, first = np.unique(self._bucket[order], return_index=True)
        self._low = np.minimum.reduceat(self._low[order], first, axis=0)
        self._high = np.maximum.reduceat(self._high[order], first, axis=0)


class Evenly(Generic[Item]):
    """A few items, spread evenly over the time however long it turns out to be.

    The earliest comer of each bucket of time is kept. When there are too many, the width doubles,
    and of two that share a bucket then the earlier bucket's stays: so there are at least half as
    many as may be, once there were enough.

    Args:
        most: items that are kept at most.
        width_ns: of a bucket at first.

    Raises:
        ValueError: an argument is below 1.
    """

    def __init__(self, most: int, *, width_ns: int = 125_000_000):
        if min(most, width_ns) < 1:
            raise ValueError('a place and a width are needed')
        self._most = max(2, most)
        self.width_ns = width_ns
        self._items: dict[int, Item] = {}

    def wants(self, stamp_ns: int) -> bool:
        """Whether an item of this time would be kept; making it may cost something."""
        return stamp_ns // self.width_ns not in self._items

    def put(self, stamp_ns: int, item: Item) -> None:
        """Keep an item if its bucket is empty."""
        self._items.setdefault(stamp_ns // self.width_ns, item)
        while len(self._items) > self._most:
            self.width_ns *= 2
            joined: dict[int, Item] = {}
            for bucket in sorted(self._items):
                joined.setdefault(bucket // 2, self._items[bucket])
            self._items = joined

    def items(self) -> list[Item]:
        """In the order of time."""
        return [self._items[bucket] for bucket in sorted(self._items)]
