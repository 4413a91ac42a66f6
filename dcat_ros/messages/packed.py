"""Many serialised messages in one array, of which fields are read all at once."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ['Packed']


class Packed:
    """Messages as stretches of one array of bytes, in their order.

    Args:
        buffer: shape (m,), uint8.
        starts: place of each message's first byte, shape (n,).
        lengths: number of its bytes, shape (n,); every message lies within the buffer.
    """

    def __init__(
        self, buffer: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
    ):
        self._buffer = buffer
        self._starts = starts
        self.lengths = lengths

    @classmethod
    def of(cls, messages: Sequence[bytes]) -> 'Packed':
        """These messages, one behind the other."""
        lengths = np.fromiter(map(len, messages), np.int64, len(messages))
        buffer = np.frombuffer(b''.join(messages), np.uint8)
        return cls(buffer, np.cumsum(lengths) - lengths, lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, place: int) -> bytes:
        start = int(self._starts[place])
        return self._buffer[start : start + int(self.lengths[place])].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))

    def at(self, places: slice | NDArray[np.integer] | NDArray[np.bool_]) -> 'Packed':
        """Some of the messages."""
        return Packed(self._buffer, self._starts[places], self.lengths[places])

    def field(self, begin: int, end: int) -> NDArray[np.uint8]:
        """Bytes from `begin` up to `end` of every message, which all are so long, (n, end - begin).

        A copy that other types may be viewed in.
        """
        shape = len(self), end - begin
        if len(self) and begin < end and self._step:
            first = int(self._starts[0]) + begin
            rows: NDArray[np.uint8] = np.ndarray(
                shape, np.uint8, self._buffer, first, (self._step, 1)
            )
            return rows.copy()
        return self._buffer[self._starts[:, None] + np.arange(begin, end)]

    @cached_property
    def _step(self) -> int:
        """From one message's start to the next, where all are as far apart; otherwise 0.

        So it is nearly always: then no place of a byte needs to be computed.
        """
        steps = self._starts[1:] - self._starts[:-1]
        if not len(steps):
            return 1
        return int(steps[0]) if steps[0] > 0 and (steps == steps[0]).all() else 0
