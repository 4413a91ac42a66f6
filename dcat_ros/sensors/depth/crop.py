"""A depth camera's picture of a person, cut out in metres.

No reading (0 mm, or NaN) is told by a mask of its own, so that no number ever stands for it.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import DatasetError

__all__ = ['SIDE_M', 'Readings', 'crop', 'crop_counted', 'pooled']

SIDE_M = 2.1  # of the cube around the person: someone of 1.9 m with an arm stretched out to a side
_LEAST_SHARE = 1e-6  # of a cell: below it is rounding, not a reading


class Readings(NamedTuple):
    """How many readings there are; those of several frames are added up.

    Attributes:
        rows: (H,), in each row.
        columns: (W,), in each column.
        depths: (65536,), of each depth in mm; none of 0.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    depths: NDArray[np.int64]

    @classmethod
    def of(cls, frames: NDArray[np.uint16]) -> 'Readings':
        """Count those of frames (n, H, W) in mm, 0 for none."""
        mask = frames > 0
        there = mask.sum(axis=0, dtype=np.int64)
        depths = np.bincount(frames[mask], minlength=65536)
        return cls(there.sum(axis=1), there.sum(axis=0), depths)

    def plus(self, other: 'Readings', sign: int = 1) -> 'Readings':
        """Those of both; with sign -1 those without the other's."""
        return Readings(*(a + sign * b for a, b in zip(self, other, strict=True)))


def crop(frames: NDArray[np.generic], focal_px: float, size: int = 32) -> NDArray[np.float32]:
    """Cut a cube of 2.1 m around the person out of a trial's frames.

    The centre is one for the whole trial: the medians, over all frames, of row, column and depth of
    all readings; so stray pixels do not move it and a person who walks is seen to walk. The square
    is `focal_px * 2.1 m / depth` pixels wide (pinhole camera). Every cell of the result is the mean
    over the area that it covers, fractions of pixels included; what lies outside the picture, or
    more than half the cube's side before or behind its centre, is no reading.

    Args:
        frames: shape (n, H, W), mm; 0, negative, NaN, infinite, or over 65535: no reading.
        focal_px: the camera's focal length in pixels of these frames.
        size: cells of a row and of a column.

    Returns:
        Shape (n, 2, size, size): the share of a cell that has readings, in [0, 1], and the mean of
        those readings in m relative to the centre (larger is further away), 0 where there is none.

    Raises:
        DatasetError: the shape is another, the focal length or the size is not positive, or so
            large or small that the cube has no pixel, or there is no reading in any frame.
    """
    if frames.ndim != 3 or frames.size == 0 or frames.dtype.kind not in 'fiu':
        raise DatasetError(
            f'depth has numbers of shape (frames, rows, columns), not {frames.dtype} '
            f'of shape {frames.shape}'
        )
    if not (math.isfinite(focal_px) and focal_px > 0):
        raise DatasetError(f'a focal length of {focal_px} px is not positive')
    if size < 1:
        raise DatasetError(f'{size} cells cannot be made of a picture, at least 1 can')
    depth = _millimetres(frames)
    return crop_counted(list(depth), Readings.of(depth), focal_px, size)


def crop_counted(
    depth: Sequence[NDArray[np.uint16]], readings: Readings, focal_px: float, size: int = 32
) -> NDArray[np.float32]:
    """`crop` where the readings have been counted.

    Args:
        depth: frames of shape (H, W), mm, 0 for no reading.
        readings: of all these frames.
        focal_px: see `crop`.
        size: see `crop`.

    Raises:
        DatasetError: see `crop`.
    """
    if not readings.depths.any():
        raise DatasetError('no frame has a depth reading')
    z = _median(readings.depths)
    side = focal_px * SIDE_M * 1000 / z
    rows = _cells(_median(readings.rows) + 0.5, side, size, depth[0].shape[0])
    columns = _cells(_median(readings.columns) + 0.5, side, size, depth[0].shape[1])
    top, bottom = _used(rows)
    left, right = _used(columns)
    used = np.stack([frame[top:bottom, left:right] for frame in depth])
    reach = round(SIDE_M * 500)
    seen = ((used >= max(1, z - reach)) & (used <= z + reach)).astype(np.float32)
    relative = used.astype(np.float32)
    relative -= z
    relative *= seen
    relative /= 1000
    rows, columns = rows[:, top:bottom], columns[:, left:right].T
    # one product of all pictures' rows with the columns, then small ones
    flat = (-1, right - left)
    share, mean = (
        rows @ (x.reshape(flat) @ columns).reshape(len(used), bottom - top, size)
        for x in (seen, relative)
    )
    return _stacked(share, mean)


def pooled(cropped: NDArray[np.floating], size: int) -> NDArray[np.float32]:
    """Average cells in square blocks; a reading counts by its share of the cell.

    Args:
        cropped: shape (n, 2, S, S) from `crop`.
        size: cells of a row and of a column of the result; must divide S.

    Returns:
        Shape (n, 2, size, size), as from `crop`.

    Raises:
        DatasetError: the shape is another, or `size` does not divide S.
    """
    if cropped.ndim != 4 or cropped.shape[1] != 2 or cropped.shape[2] != cropped.shape[3]:
        raise DatasetError(f'cut depth has the shape (frames, 2, S, S), not {cropped.shape}')
    side = cropped.shape[2]
    if size < 1 or side % size:
        raise DatasetError(f'{size} x {size} cells cannot be made of {side} x {side} cells')
    block = side // size
    blocks = (len(cropped), size, block, size, block)
    share = cropped[:, 0].reshape(blocks).mean(axis=(2, 4))
    weighted = (cropped[:, 0] * cropped[:, 1]).reshape(blocks).mean(axis=(2, 4))
    return _stacked(share, weighted)


def _millimetres(frames: NDArray[np.generic]) -> NDArray[np.uint16]:
    if frames.dtype == np.uint16:
        return frames.astype(np.uint16, copy=False)
    values = frames.astype(np.float64)
    usable = (values >= 0.5) & (values < 65535.5)  # False for NaN
    return np.round(np.where(usable, values, 0)).astype(np.uint16)


def _median(counts: NDArray[np.integer]) -> int:
    """Median of a histogram: the first bin at which half of all is reached."""
    total = np.cumsum(counts)
    return int(np.searchsorted(total, (int(total[-1]) + 1) // 2))


def _cells(centre: float, side: float, size: int, n: int) -> NDArray[np.float32]:
    """Share of each of `size` cells that each of `n` pixels covers, shape (size, n)."""
    edges = centre + side * (np.arange(size + 1) / size - 0.5)
    pixels = np.arange(n)
    upper = np.minimum(edges[1:, None], pixels + 1)
    lower = np.maximum(edges[:-1, None], pixels)
    return np.asarray(np.maximum(upper - lower, 0) * size / side, dtype=np.float32)


def _used(cells: NDArray[np.float32]) -> tuple[int, int]:
    """First and last + 1 of the pixels that lie in any cell.

    Raises:
        DatasetError: none does, as with a focal length that no camera has.
    """
    used = np.flatnonzero(cells.any(axis=0))
    if not len(used):
        raise DatasetError('the cube around the person has no pixel; is the focal length right?')
    return int(used[0]), int(used[-1]) + 1


def _stacked(share: NDArray[np.floating], weighted: NDArray[np.floating]) -> NDArray[np.float32]:
    """Share and mean, shape (n, 2, S, S), of shares and of means times shares."""
    some = share > _LEAST_SHARE
    mean = np.where(some, weighted / np.where(some, share, 1), 0)
    two = np.stack([np.where(some, np.minimum(share, 1), 0), mean], axis=1)
    return np.asarray(two, dtype=np.float32)
