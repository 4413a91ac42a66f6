"""Choosing a camera's frames for the model's time grid, before anybody looks at their pixels.

    frame ──► order, gaps, jumps ──► the nearest frame to every instant of the grid

A camera gives 30 frames a second and a model wants 8: the others are never decoded.
"""

from collections import Counter, deque
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from dcat_ros.streaming.resample import sampling_rate

__all__ = ['FrameGrid', 'GridFrame']

Item = TypeVar('Item')

_NS = 1_000_000_000
#: The camera's rate is taken from so many of the last frames.
_RATE_OVER = 64


class GridFrame(NamedTuple, Generic[Item]):
    """What was chosen for an instant of the grid.

    Attributes:
        place: number of the instant; 0 starts a run anew.
        stamp_ns: of the instant.
        frame_id: the camera's frame.
        item: the frame.
    """

    place: int
    stamp_ns: int
    frame_id: str
    item: Item


class FrameGrid(Generic[Item]):
    """Takes frames one by one and gives the nearest one for every instant of a grid.

    The grid starts at the first frame, and anew after a gap, after a jump back in time (a bag that
    loops), and with another frame id. A frame older than the one before is left out.

    Args:
        rate_hz: of the grid.
        max_gap_s: greatest distance of two frames that is bridged.
        reorder_s: how far back a stamp may lie and still count as out of order.

    Attributes:
        counts: what was seen: frames, late, gap, jump_back, frame_change, skipped (frames that no
            instant of the grid needed).
    """

    def __init__(self, rate_hz: float, max_gap_s: float, reorder_s: float):
        self.counts: Counter[str] = Counter()
        self._rate_hz = rate_hz
        self._max_gap_ns = round(max_gap_s * _NS)
        self._reorder_ns = round(reorder_s * _NS)
        self._stamps: deque[int] = deque(maxlen=_RATE_OVER)
        self.reset()

    @property
    def input_rate_hz(self) -> float:
        """Rate of the frames that arrived last, by their stamps; 0.0 if there are too few."""
        return sampling_rate(np.array(self._stamps, dtype=np.int64))

    def reset(self) -> None:
        """Forget the last frame; the next one starts anew."""
        self._last: tuple[int, Item] | None = None
        self._last_used = True
        self._frame_id = ''
        self._stamps.clear()

    def push(self, stamp_ns: int, frame_id: str, item: Item) -> list[GridFrame[Item]]:
        """Take one frame.

        Args:
            stamp_ns: its time in ns.
            frame_id: the camera's frame.
            item: the frame, in whatever form.

        Returns:
            What is chosen for the instants that have passed with this frame: mostly none or one.
        """
        self.counts['frames'] += 1
        if self._last is None:
            return self._restart(stamp_ns, frame_id, item)
        step = stamp_ns - self._last[0]
        if frame_id != self._frame_id:
            self.counts['frame_change'] += 1
        elif step > self._max_gap_ns:
            self.counts['gap'] += 1
        elif step > 0:
            return self._go_on(stamp_ns, item)
        elif -step <= self._reorder_ns:
            self.counts['late'] += 1
            return []
        else:
            self.counts['jump_back'] += 1
        self.reset()
        return self._restart(stamp_ns, frame_id, item)

    def _restart(self, stamp_ns: int, frame_id: str, item: Item) -> list[GridFrame[Item]]:
        self._stamps.append(stamp_ns)
        self._last, self._last_used = (stamp_ns, item), True
        self._frame_id = frame_id
        self._origin_ns = stamp_ns
        self._next = 1
        return [GridFrame(0, stamp_ns, frame_id, item)]

    def _go_on(self, stamp_ns: int, item: Item) -> list[GridFrame[Item]]:
        assert self._last is not None
        self._stamps.append(stamp_ns)
        before_ns, before = self._last
        chosen: list[GridFrame[Item]] = []
        used = False
        while (instant := self._origin_ns + round(self._next * _NS / self._rate_hz)) <= stamp_ns:
            nearer = instant - before_ns > stamp_ns - instant
            chosen.append(
                GridFrame(self._next, instant, self._frame_id, item if nearer else before)
            )
            used = used or nearer
            self._last_used = self._last_used or not nearer
            self._next += 1
        if not self._last_used:
            self.counts['skipped'] += 1
        self._last, self._last_used = (stamp_ns, item), used
        return chosen
