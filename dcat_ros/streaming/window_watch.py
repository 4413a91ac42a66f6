"""Messages that can be read and never complete a window."""

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ['WindowWatch']

#: Data that complete no window in so many windows of their own time never will.
_WINDOWS = 3
_CAUSES = {
    'gap': 'gaps longer than max_gap',
    'jump_back': 'stamps that jump back',
    'late': 'stamps out of order',
    'duplicate': 'stamps that come twice',
    'frame_change': 'another frame_id than before',
}


class WindowWatch:
    """Notices messages that can be read and never complete a window.

    How long that takes is reckoned by the stamps' own steps, forwards and backwards, so that a
    recording that is played slowly has as much patience as it needs.

    Args:
        window_s: length of a window in s of data time.
        max_gap_s: greatest distance of two samples that is bridged.
    """

    def __init__(self, window_s: float, max_gap_s: float):
        self._window_s = window_s
        self._most_ns = round(max_gap_s * 1e9)
        self._patience_ns = round(_WINDOWS * window_s * 1e9)
        self.reset(Counter())

    def reset(self, counts: Counter[str]) -> None:
        """Forget what came.

        Args:
            counts: what the receiver saw so far.
        """
        self._last_ns: int | None = None
        self.windows(counts)

    def came(self, stamps_ns: NDArray[np.int64]) -> None:
        """Messages with these stamps were read, shape (n,), n >= 1."""
        first = stamps_ns[0] if self._last_ns is None else self._last_ns
        steps = np.minimum(np.abs(np.diff(stamps_ns, prepend=first)), self._most_ns)
        self._went_ns += int(steps.sum())
        self._last_ns = int(stamps_ns[-1])
        self._n += len(stamps_ns)

    def windows(self, counts: Counter[str]) -> None:
        """A window was completed."""
        self._went_ns = self._n = 0
        self._counts = Counter(counts)

    def why(self, counts: Callable[[], Counter[str]]) -> str:
        """Why no window comes; empty as long as one may."""
        if self._went_ns < self._patience_ns:
            return ''
        now = counts()
        found = {key: now[key] - self._counts[key] for key in _CAUSES}
        found['jump_back'] *= 2  # after each there is a way forward, which is a gap
        cause = max(found, key=lambda key: found[key])
        what = _CAUSES[cause] if found[cause] else 'see the numbers under "stream" on /diagnostics'
        return f'{self._n} messages complete no window of {self._window_s:g} s: {what}'
