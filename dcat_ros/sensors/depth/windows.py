"""Windows of depth frames: the person is cut out anew in each."""

from collections import Counter, deque

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.depth.crop import Readings, crop_counted, pooled
from dcat_ros.streaming.window import Window

__all__ = ['DepthWindows', 'cleaned']

_NS = 1_000_000_000
#: What is finer than this is thinned out: a cell of the model still holds several pixels.
_WIDTH, _HEIGHT = 320, 240
#: Readings around a missing pixel, of eight, that make it a hole.
_NEIGHBOURS = 4
_CROPPED = 32  # cells a side, of which other sizes are made by averaging


class DepthWindows:
    """Takes the frames of a time grid and gives a window every stride.

    The cube around the person has one centre for the whole window: in training it has one for
    the whole trial. Frames that never came (dropped where inference is behind) are those before.

    Args:
        size: of the model: how many cells a side.
        rate_hz: of the grid.
        window_s: length of a window in s.
        stride_s: distance of the ends of two windows in s.

    Attributes:
        counts: what was seen: windows, repeated, camera_change (size or focal length), empty
            (windows without a reading).
    """

    def __init__(self, size: int, rate_hz: float, window_s: float, stride_s: float):
        self.counts: Counter[str] = Counter()
        self.length = round(window_s * rate_hz)
        self.stride = max(1, round(stride_s * rate_hz))
        self._rate_hz = rate_hz
        self._size = size
        self._frames: deque[NDArray[np.uint16]] = deque()
        self._each: deque[Readings] = deque()
        self._readings: Readings | None = None  # of all these frames
        self._camera: object = None  # size and focal length of the last frame
        self._index = 0  # of the last frame
        self._due = 0  # index of the frame that ends the next window

    def reset(self) -> None:
        """Forget all frames; the next one starts anew."""
        self._frames.clear()
        self._each.clear()
        self._readings = None

    def push(
        self,
        index: int,
        stamp_ns: int,
        frame_id: str,
        depth: NDArray[np.uint16],
        focal_px: float,
        range_m: tuple[float, float],
    ) -> list[Window]:
        """Take the frame of one instant of the grid.

        Args:
            index: of the instant; 0, or one that is not greater than the last, starts anew.
            stamp_ns: of the instant.
            frame_id: the camera's frame.
            depth: shape (H, W), mm, 0 for no reading.
            focal_px: focal length in pixels of this frame.
            range_m: readings outside are none.
        """
        frame, factor = cleaned(depth, range_m)
        camera = (depth.shape, focal_px)
        if self._frames and camera != self._camera:
            self.counts['camera_change'] += 1
            self.reset()
        self._camera = camera
        if index <= self._index:
            self.reset()
        if self._frames:
            missed = index - self._index - 1
            self.counts['repeated'] += missed
            for _ in range(min(missed, self.length)):
                self._append(self._frames[-1], self._each[-1])
        else:
            self._due = index + self.length - 1
        self._append(frame, Readings.of(frame[None]))
        self._index = index
        if index < self._due:
            return []
        self._due = index + self.stride
        self.counts['windows'] += 1
        start_ns = stamp_ns - round((self.length - 1) * _NS / self._rate_hz)
        return [Window(start_ns, stamp_ns, frame_id, self._samples(focal_px / factor))]

    def _append(self, frame: NDArray[np.uint16], readings: Readings) -> None:
        self._readings = readings if self._readings is None else self._readings.plus(readings)
        self._frames.append(frame)
        self._each.append(readings)
        if len(self._frames) > self.length:
            self._frames.popleft()
            self._readings = self._readings.plus(self._each.popleft(), -1)

    def _samples(self, focal_px: float) -> NDArray[np.float32] | None:
        assert self._readings is not None
        try:
            cells = crop_counted(self._frames, self._readings, focal_px, _CROPPED)
        except DatasetError:  # no reading in any frame: nobody there
            self.counts['empty'] += 1
            return None
        return pooled(cells, self._size).reshape(self.length, -1)


def cleaned(
    depth: NDArray[np.uint16], range_m: tuple[float, float]
) -> tuple[NDArray[np.uint16], int]:
    """A frame as a model's windows are made of it.

    Args:
        depth: shape (H, W), mm, 0 for no reading.
        range_m: readings outside are none.

    Returns:
        Every n-th pixel of every n-th row, with readings in range alone and single missing pixels
        filled; and n, by which a focal length in pixels shrinks.
    """
    thinned, factor = _thinned(depth)
    low, high = (1000 * end for end in range_m)
    return _filled(np.where((thinned >= low) & (thinned <= high), thinned, np.uint16(0))), factor


def _thinned(depth: NDArray[np.uint16]) -> tuple[NDArray[np.uint16], int]:
    """Every n-th pixel of every n-th row, and n; depths must not be averaged across an edge."""
    n = max(1, round(min(depth.shape[0] / _HEIGHT, depth.shape[1] / _WIDTH)))
    return depth[::n, ::n], n


def _filled(depth: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Single missing pixels inside of a surface get the mean of their neighbours.

    A pixel outside of a straight edge has three neighbours on the surface, so that edges stay.
    """
    import cv2  # nodes of other sensors import this file, too

    seen = (depth > 0).astype(np.float32)
    n = cv2.boxFilter(seen, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
    total = cv2.boxFilter(
        depth.astype(np.float32), -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    hole = (depth == 0) & (n >= _NEIGHBOURS)
    return np.where(hole, total / np.maximum(n, 1), depth).astype(np.uint16)
