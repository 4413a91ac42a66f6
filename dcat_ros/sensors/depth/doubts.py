"""Whether depth pictures that can be decoded are what a camera sees.

In another unit or byte order they are numbers all the same, and what is out of range becomes "no
reading": a model then sees nobody, or somebody out of shape.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import Doubt
from dcat_ros.sensors.last_pictures import LastPictures

__all__ = ['DepthJudge', 'doubts']

#: No depth camera sees that far, in m; and 16 bits hold no more mm.
_FURTHEST_M = 65.0
#: A median nearer or further is that of another unit: metres or cm as whole numbers, tenths of mm.
_NEAREST_MM, _FURTHEST_MM = 300, 20_000
#: Neighbours of 16 bits read in the wrong order differ by 256 times the true steps, and more.
_WILD_MM, _WILDER = 100, 8
_LEAST_PIXELS = 20


def doubts(raw: NDArray[np.generic], pixels: NDArray[np.uint16]) -> list[Doubt]:
    """What speaks against one picture; one at most, since one cause has many signs.

    Args:
        raw: some whole rows (r, W) as the message has them; integers are mm, floats m.
        pixels: shape (H, W), the picture in mm, 0 for no reading.
    """
    found = _byte_order(raw) or _unit(raw)
    if found is None and not pixels.any():
        found = Doubt(
            'zero',
            'no pixel of the depth picture has a reading: look whether the camera is covered, '
            'nearer or further away than it can see, and whether this is its topic of depth',
        )
    return [] if found is None else [found]


def _readings(raw: NDArray[np.generic]) -> NDArray[np.float64]:
    with np.errstate(invalid='ignore'):
        values = raw.astype(np.float64)
        return values[np.isfinite(values) & (values > 0)]


def _unit(raw: NDArray[np.generic]) -> Doubt | None:
    values = _readings(raw)
    if len(values) < _LEAST_PIXELS:
        return None
    median = float(np.median(values))
    if raw.dtype.kind == 'f':
        if median <= _FURTHEST_M:
            return None
        return Doubt(
            'unit',
            f'depth is {median:.4g} m in the middle, which no camera sees: floats (32FC1) must be '
            'in m; publish mm as 16UC1',
        )
    if _NEAREST_MM <= median <= _FURTHEST_MM:
        return None
    return Doubt(
        'unit',
        f'depth is {median:.4g} mm in the middle, which no camera sees of a person: whole numbers '
        '(16UC1) must be in mm; publish m as 32FC1',
    )


def _byte_order(raw: NDArray[np.generic]) -> Doubt | None:
    swapped = raw.byteswap()
    if raw.dtype.kind == 'f':
        wrong = _share_seen(raw) < 0.5 and _share_seen(swapped) > 0.9
    else:
        as_is, turned = _step(raw), _step(swapped)
        wrong = as_is > _WILD_MM and as_is > _WILDER * turned
    if not wrong:
        return None
    return Doubt(
        'byte_order',
        'neighbouring pixels of depth have nothing to do with each other, and they do once their '
        'bytes are swapped: is_bigendian of the pictures is wrong; mend it in their publisher',
    )


def _share_seen(metres: NDArray[np.generic]) -> float:
    """Of the pixels that are not 0 or NaN, those in a range that cameras have."""
    with np.errstate(invalid='ignore'):
        told = metres[(metres != 0) & ~np.isnan(metres)]
        if len(told) < _LEAST_PIXELS:
            return 0.5
        return float(((told > 0.05) & (told < _FURTHEST_M)).mean())


def _step(mm: NDArray[np.generic]) -> float:
    """Mean difference of neighbours in a row that both have a reading."""
    values = mm.astype(np.int64)
    both = (values[:, 1:] > 0) & (values[:, :-1] > 0)
    if both.sum() < _LEAST_PIXELS:
        return 0.0
    return float(np.abs(np.diff(values, axis=1))[both].mean())


class DepthJudge:
    """Takes the pictures of a camera and says what speaks against the last of them.

    Args:
        span_s: what is judged together: the length of a window.
    """

    def __init__(self, span_s: float):
        #: of each picture, whether it has no reading at all, and what speaks against it
        self._last: LastPictures[tuple[bool, list[Doubt]]] = LastPictures(span_s, 'depth pictures')

    def reset(self) -> None:
        """Forget all pictures."""
        self._last.reset()

    def feed(
        self, stamp_ns: int, raw: NDArray[np.generic] | None, pixels: NDArray[np.uint16]
    ) -> None:
        """Take one picture; each message once, for one that stands for several instants is one.

        Args:
            stamp_ns: its time.
            raw: some whole rows of it as the message has them, see `doubts`.
            pixels: shape (H, W) in mm, 0 for no reading.
        """
        found = [] if raw is None else doubts(raw, pixels)
        self._last.feed(stamp_ns, pixels, (not pixels.any(), found))

    @property
    def doubts(self) -> list[Doubt]:
        """What speaks against most of the last pictures, and against all of them together."""
        facts = self._last.facts
        counts = Counter(doubt.reason for _, of_one in facts for doubt in of_one)
        latest = {doubt.reason: doubt for _, of_one in facts for doubt in of_one}
        found = [latest[reason] for reason, n in counts.items() if 2 * n > len(facts)]
        # in a coarser unit, pictures of somebody who stands still may well be the same
        in_unit = all(doubt.reason != 'unit' for doubt in found)
        is_empty = bool(facts) and facts[0][0]
        return found + self._last.frozen if in_unit and not is_empty else found
