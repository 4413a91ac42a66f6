"""Whether pictures that can be decoded are what a camera sees."""

from collections import deque
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import SENSELESS, Doubt

__all__ = ['PictureJudge']

_LEAST_FRAMES = 3
_STEP = 4  # every so many-th pixel is looked at
#: Of a picture of one brightness: a covered lens, or a driver that fills nothing in.
_FLAT = 2.0


class _Seen(NamedTuple):
    stamp_ns: int
    picture: int  # what tells its bits from others'
    flat: bool


class PictureJudge:
    """Takes the pictures of a camera and says what speaks against the last of them.

    Args:
        span_s: what is judged together: the length of a window.
    """

    def __init__(self, span_s: float):
        self._span_ns = span_s * 1e9
        self._seen: deque[_Seen] = deque()

    def reset(self) -> None:
        """Forget all pictures."""
        self._seen.clear()

    def feed(self, stamp_ns: int, pixels: NDArray[np.generic]) -> None:
        """Take one picture, (H, W) or (H, W, 3) uint8; each message once."""
        if self._seen and stamp_ns <= self._seen[-1].stamp_ns:
            self.reset()
        some = np.ascontiguousarray(pixels[::_STEP, ::_STEP])
        flat = float(np.std(some)) < _FLAT
        # all of them for the bits: of somebody far away little changes
        digest = crc32(np.ascontiguousarray(pixels).data, hash(pixels.shape) & 0xFFFF)
        self._seen.append(_Seen(stamp_ns, digest, flat))
        while stamp_ns - self._seen[0].stamp_ns > self._span_ns:
            self._seen.popleft()

    @property
    def doubts(self) -> list[Doubt]:
        """What speaks against most of the last pictures, or against all of them together."""
        seen = list(self._seen)  # may be asked in another thread
        if 2 * sum(one.flat for one in seen) > len(seen):
            return [
                Doubt(
                    'flat',
                    'the pictures have one brightness everywhere: look whether the camera is '
                    'covered, and whether its driver fills them in',
                )
            ]
        frozen = len(seen) >= _LEAST_FRAMES and len({one.picture for one in seen}) == 1
        if not frozen or 2 * (seen[-1].stamp_ns - seen[0].stamp_ns) < min(self._span_ns, 2e9):
            return []
        return [
            Doubt(
                'frozen',
                f'{len(seen)} pictures in turn are the same to the last bit, which no camera '
                'gives: start its driver anew',
                SENSELESS,
            )
        ]
