"""Two small containers for a stream: unread samples in stamp order, and the newest rows."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ['LatestRows', 'SampleQueue']


class SampleQueue:
    """Samples in the order of their stamps, of bounded number, without allocation per sample.

    Rows lie in one array and move to its front only when its end is reached, so that appending
    costs amortised O(1) and the readable part is always one contiguous slice.

    Args:
        n_channels: values per sample.
        capacity: greatest number of samples held.
    """

    def __init__(self, n_channels: int, capacity: int):
        self.capacity = capacity
        self._stamps = np.zeros(2 * capacity, dtype=np.int64)
        self._values = np.zeros((2 * capacity, n_channels))
        self._start = 0
        self._end = 0

    def __len__(self) -> int:
        return self._end - self._start

    @property
    def stamps(self) -> NDArray[np.int64]:
        """Stamps in ns, ascending, shape (n,): a view that the next call may change."""
        return self._stamps[self._start : self._end]

    @property
    def values(self) -> NDArray[np.float64]:
        """Values, shape (n, C): a view that the next call may change."""
        return self._values[self._start : self._end]

    def append(self, stamp_ns: int, values: ArrayLike) -> None:
        """Add a sample that is newer than all others. The caller keeps within `capacity`."""
        if self._end == len(self._stamps):
            self._move_to_front()
        self._stamps[self._end] = stamp_ns
        self._values[self._end] = values
        self._end += 1

    def extend(self, stamps_ns: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        """Add samples, each newer than the one before. The caller keeps within `capacity`."""
        n = len(stamps_ns)
        if self._end + n > len(self._stamps):
            self._move_to_front()
        self._stamps[self._end : self._end + n] = stamps_ns
        self._values[self._end : self._end + n] = values
        self._end += n

    def insert(self, stamp_ns: int, values: ArrayLike) -> bool:
        """Put a late sample in its place; False if a sample with this stamp is there already."""
        position = int(np.searchsorted(self.stamps, stamp_ns))
        if position < len(self) and self.stamps[position] == stamp_ns:
            return False
        if self._end == len(self._stamps):
            self._move_to_front()
        at = self._start + position
        self._stamps[at + 1 : self._end + 1] = self._stamps[at : self._end]
        self._values[at + 1 : self._end + 1] = self._values[at : self._end]
        self._stamps[at] = stamp_ns
        self._values[at] = values
        self._end += 1
        return True

    def drop(self, n: int) -> None:
        """Forget the oldest n samples."""
        self._start += n

    def clear(self) -> None:
        """Forget everything."""
        self._start = self._end = 0

    def _move_to_front(self) -> None:
        n = len(self)
        self._stamps[:n] = self.stamps
        self._values[:n] = self.values
        self._start, self._end = 0, n


class LatestRows:
    """The newest `length` rows of a stream as one contiguous view.

    Args:
        length: rows to keep.
        n_channels: values per row.
    """

    def __init__(self, length: int, n_channels: int):
        self.length = length
        self._rows = np.zeros((4 * length, n_channels))
        self._end = 0

    def __len__(self) -> int:
        return min(self._end, self.length)

    def extend(self, rows: NDArray[np.float64]) -> None:
        """Add at most `length` rows, shape (n, C)."""
        n = len(rows)
        if self._end + n > len(self._rows):
            # disjoint slices: the array is four times as long as what is kept
            self._rows[: self.length] = self._rows[self._end - self.length : self._end]
            self._end = self.length
        self._rows[self._end : self._end + n] = rows
        self._end += n

    def view(self) -> NDArray[np.float64]:
        """The newest rows, shape (len, C): a view that the next call may change."""
        return self._rows[self._end - len(self) : self._end]

    def clear(self) -> None:
        """Forget everything."""
        self._end = 0
