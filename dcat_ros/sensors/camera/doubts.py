"""Whether pictures that can be decoded are what a camera sees."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import Doubt
from dcat_ros.sensors.last_pictures import LastPictures

__all__ = ['PictureJudge']

_STEP = 4  # every so many-th pixel is looked at
#: Of a picture of one brightness: a covered lens, or a driver that fills nothing in.
_FLAT = 2.0


class PictureJudge:
    """Takes the pictures of a camera and says what speaks against the last of them.

    Args:
        span_s: what is judged together: the length of a window.
    """

    def __init__(self, span_s: float):
        self._flat: LastPictures[bool] = LastPictures(span_s, 'pictures')

    def reset(self) -> None:
        """Forget all pictures."""
        self._flat.reset()

    def feed(self, stamp_ns: int, pixels: NDArray[np.generic]) -> None:
        """Take one picture, (H, W) or (H, W, 3) uint8; each message once."""
        flat = float(np.std(pixels[::_STEP, ::_STEP].astype(np.float32))) < _FLAT
        self._flat.feed(stamp_ns, pixels, flat)

    @property
    def doubts(self) -> list[Doubt]:
        """What speaks against most of the last pictures, or against all of them together."""
        flat = self._flat.facts
        if 2 * sum(flat) > len(flat):
            return [
                Doubt(
                    'flat',
                    'the pictures have one brightness everywhere: look whether the camera is '
                    'covered, and whether its driver fills them in',
                )
            ]
        return self._flat.frozen
