"""The last pictures of a camera, and whether they stand still."""

from collections import deque
from typing import Generic, NamedTuple, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import SENSELESS, Doubt

__all__ = ['LastPictures']

Facts = TypeVar('Facts')

_LEAST_FRAMES = 3


class _Seen(NamedTuple, Generic[Facts]):
    stamp_ns: int
    picture: int  # what tells its bits from others'
    facts: Facts


class LastPictures(Generic[Facts]):
    """Remembers what was found of the pictures of a span of time.

    Args:
        span_s: what is judged together: the length of a window.
        what: they are called, such as 'depth pictures'.
    """

    def __init__(self, span_s: float, what: str):
        self._span_ns = span_s * 1e9
        self._what = what
        self._seen: deque[_Seen[Facts]] = deque()

    def reset(self) -> None:
        """Forget all pictures."""
        self._seen.clear()

    def feed(self, stamp_ns: int, pixels: NDArray[np.generic], facts: Facts) -> None:
        """Take one picture; each message once, for one that stands for several instants is one.

        Args:
            stamp_ns: its time.
            pixels: all of them: of somebody far away little changes.
            facts: what was found of it.
        """
        if self._seen and stamp_ns <= self._seen[-1].stamp_ns:
            self.reset()
        whole = np.ascontiguousarray(pixels)
        digest = crc32(whole.data, hash(whole.shape) & 0xFFFF)
        self._seen.append(_Seen(stamp_ns, digest, facts))
        while stamp_ns - self._seen[0].stamp_ns > self._span_ns:
            self._seen.popleft()

    @property
    def facts(self) -> list[Facts]:
        """What was found of each; may be asked in another thread."""
        return [one.facts for one in list(self._seen)]

    @property
    def frozen(self) -> list[Doubt]:
        """That all are the same, if they are; may be asked in another thread."""
        seen = list(self._seen)
        if len(seen) < _LEAST_FRAMES or len({one.picture for one in seen}) > 1:
            return []
        if 2 * (seen[-1].stamp_ns - seen[0].stamp_ns) < min(self._span_ns, 2e9):
            return []
        return [
            Doubt(
                'frozen',
                f'{len(seen)} {self._what} in turn are the same to the last bit, which no camera '
                'gives: start its driver anew',
                SENSELESS,
            )
        ]
