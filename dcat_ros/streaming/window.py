"""Cutting a stream of stamped samples into windows on the model's time grid.

    sample ──► order, gaps, jumps ──► SampleQueue ──► grid of rate_hz ──► LatestRows ──► Window
                    │ reset                       interpolate or low-pass        every stride

Time is the data's own: the grid starts at the first sample after a reset, and nothing here
reads a clock.
"""

from collections import Counter, deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dcat_ros.card.card import check_samples
from dcat_ros.errors import ConfigError
from dcat_ros.streaming.buffer import LatestRows, SampleQueue
from dcat_ros.streaming.due_rows import DueRows, rows_of
from dcat_ros.streaming.resample import Oversampled, half_width_s, sampling_rate

__all__ = ['Window', 'WindowStream']

_NS = 1_000_000_000
_QUEUE_CAPACITY = 16_384
#: The sensor's rate is taken from so many of the last samples.
_RATE_OVER = 64


@dataclass(frozen=True, slots=True)
class Window:
    """A full window of samples on the model's grid.

    Attributes:
        start_ns: stamp of the first row.
        end_ns: stamp of the last row.
        frame_id: the sensor's frame.
        samples: shape (T, C), in the units of the message type, float32; None where the sensor
            saw or heard nothing at all, or nothing that can mean anything.
        why: why the samples cannot mean anything; empty if they can.
    """

    start_ns: int
    end_ns: int
    frame_id: str
    samples: NDArray[np.float32] | None
    why: str = ''

    def senseless(self, why: str) -> 'Window':
        """The same stretch of time, of which no label shall be made."""
        return replace(self, samples=None, why=why)


class WindowStream:
    """Takes samples one by one and gives a window every stride of data time.

    A push costs amortised O(1). Samples may jitter, repeat, be missing for up to `max_gap_s`, or
    come out of order by up to `reorder_s`. A longer gap, a jump back in time (a bag that loops)
    or another frame empties the buffer: the next window then starts after it.

    Args:
        n_channels: values per sample.
        rate_hz: rate of the model's grid.
        window_s: length of a window in seconds of data time.
        stride_s: distance between the ends of two windows, at most `window_s`.
        max_gap_s: greatest distance of two samples that is bridged.
        reorder_s: how far back a stamp may lie and still count as out of order.

    Attributes:
        counts: what was seen: samples, duplicate, late, overflow, gap, jump_back, frame_change,
            windows.

    Raises:
        ConfigError: a duration or rate makes no sense.
    """

    def __init__(
        self,
        *,
        n_channels: int,
        rate_hz: float,
        window_s: float,
        stride_s: float,
        max_gap_s: float = 0.25,
        reorder_s: float = 0.1,
    ):
        for name, value in (('rate_hz', rate_hz), ('window_s', window_s), ('stride_s', stride_s)):
            if not 0 < value < float('inf'):
                raise ConfigError(f'{name}={value} must be a positive number.')
        try:
            check_samples(rate_hz, window_s)
        except ValueError as problem:
            raise ConfigError(f'{problem}.') from None
        if not 0 < max_gap_s <= window_s:
            raise ConfigError(
                f'max_gap={max_gap_s} s must be above 0 and at most the window, {window_s} s.'
            )
        if stride_s > window_s:
            raise ConfigError(f'stride={stride_s} s must be at most the window, {window_s} s.')
        if not 0 <= reorder_s < window_s:
            raise ConfigError(f'reorder={reorder_s} s must be from 0 to the window, {window_s} s.')
        self.rate_hz = rate_hz
        self.length = round(window_s * rate_hz)
        self.stride = max(1, round(stride_s * rate_hz))
        self.counts: Counter[str] = Counter()
        self._max_gap_ns = round(max_gap_s * _NS)
        self._reorder_ns = round(reorder_s * _NS)
        self._half_width_ns = round(half_width_s(rate_hz) * _NS)
        self._queue = SampleQueue(n_channels, _QUEUE_CAPACITY)
        self._rows = LatestRows(self.length, n_channels)
        # the queue lets go of what is used, which of a slow sensor is nearly everything
        self._latest_ns: deque[int] = deque(maxlen=_RATE_OVER)
        self._frame_id = ''
        self._running = False
        self._newest_ns = 0
        self._origin_ns = 0
        self._next = 0  # index on the grid of the next row to be computed
        self._end = 0  # index on the grid of the last row of the next window
        self._due_ns = 0  # a sample from here on completes the next window
        self._settled_ns = 0  # what lies before has been used and cannot change any more

    @property
    def input_rate_hz(self) -> float:
        """Rate of the samples that arrived last, by their stamps; 0.0 if there are too few."""
        return sampling_rate(np.array(self._latest_ns))

    @property
    def due_ns(self) -> int:
        """No window ends before a sample with this stamp or a later one, unless time jumps."""
        return self._due_ns if self._running else 0

    def push(self, stamp_ns: int, values: ArrayLike, frame_id: str = '') -> list[Window]:
        """Take one sample.

        Args:
            stamp_ns: its time in ns.
            values: shape (C,), finite.
            frame_id: the sensor's frame.

        Returns:
            The windows that this sample completed: mostly none, seldom more than one.
        """
        self.counts['samples'] += 1
        step = stamp_ns - self._newest_ns
        if not self._running:
            self._restart(stamp_ns, frame_id)
        elif frame_id != self._frame_id:
            self.counts['frame_change'] += 1
            self._restart(stamp_ns, frame_id)
        elif step > self._max_gap_ns:
            self.counts['gap'] += 1
            self._restart(stamp_ns, frame_id)
        elif step <= 0:
            if -step <= self._reorder_ns:
                self._take_late(stamp_ns, values)
                return []
            self.counts['jump_back'] += 1
            self._restart(stamp_ns, frame_id)
        if len(self._queue) >= _QUEUE_CAPACITY:
            self.counts['overflow'] += 1
            return []
        self._queue.append(stamp_ns, values)
        self._newest_ns = stamp_ns
        self._latest_ns.append(stamp_ns)
        return self._complete(1) if stamp_ns >= self._due_ns else []

    def push_many(
        self, stamps_ns: NDArray[np.int64], values: NDArray[np.float64], frame_id: str = ''
    ) -> list[Window]:
        """Take samples in the order given: the same as `push` for each, but faster.

        Args:
            stamps_ns: shape (n,).
            values: shape (n, C), finite.
            frame_id: the frame of all of them.
        """
        windows: list[Window] = []
        steps = np.diff(stamps_ns)
        # between two breaks the samples follow each other as they should
        breaks = np.flatnonzero((steps <= 0) | (steps > self._max_gap_ns)) + 1
        stops = [*breaks.tolist(), len(stamps_ns)]
        start = 0
        for stop in stops:
            if start < stop:  # the first sample after a break decides what the break means
                windows += self.push(int(stamps_ns[start]), values[start], frame_id)
                start += 1
            if start < stop and stamps_ns[start] <= self._newest_ns:
                # the run begins behind what was taken before: out of order or repeated
                for i in range(start, stop):
                    windows += self.push(int(stamps_ns[i]), values[i], frame_id)
            elif start < stop:
                windows += self._push_run(stamps_ns[start:stop], values[start:stop])
            start = stop
        return windows

    def reset(self) -> None:
        """Forget all samples; the next one starts anew."""
        self._running = False
        self._queue.clear()
        self._rows.clear()
        self._latest_ns.clear()

    def _push_run(self, stamps_ns: NDArray[np.int64], values: NDArray[np.float64]) -> list[Window]:
        """Take samples of which each is newer than the one before, with no gap between them."""
        windows: list[Window] = []
        start = 0
        while start < len(stamps_ns):
            room = _QUEUE_CAPACITY - len(self._queue)
            if not room:  # no window comes about, and what comes is counted as overflow
                windows += self.push(int(stamps_ns[start]), values[start], self._frame_id)
                start += 1
                continue
            stop = min(start + room, len(stamps_ns))
            self._queue.extend(stamps_ns[start:stop], values[start:stop])
            self._latest_ns.extend(stamps_ns[max(start, stop - _RATE_OVER) : stop].tolist())
            self.counts['samples'] += stop - start
            self._newest_ns = int(stamps_ns[stop - 1])
            if self._newest_ns >= self._due_ns:
                windows += self._complete(stop - start)
            start = stop
        return windows

    def _restart(self, stamp_ns: int, frame_id: str) -> None:
        self.reset()
        self._running = True
        self._frame_id = frame_id
        self._origin_ns = stamp_ns
        self._settled_ns = stamp_ns
        self._next = 0
        self._end = self.length - 1
        self._due_ns = self._grid_ns(self._end)

    def _take_late(self, stamp_ns: int, values: ArrayLike) -> None:
        if stamp_ns == self._newest_ns:
            self.counts['duplicate'] += 1
        elif stamp_ns <= self._settled_ns or len(self._queue) >= _QUEUE_CAPACITY:
            self.counts['late'] += 1
        elif not self._queue.insert(stamp_ns, values):
            self.counts['duplicate'] += 1

    def _grid_ns(self, index: int) -> int:
        return self._origin_ns + round(index * _NS / self.rate_hz)

    def _complete(self, n_new: int) -> list[Window]:
        """Cut the windows that the newest samples complete, as if these came one by one.

        Args:
            n_new: number of samples at the end of the queue that came after the last call.
        """
        stamps = self._queue.stamps
        smooths = Oversampled(stamps, self.rate_hz, many=n_new > _RATE_OVER)
        at = len(stamps) - n_new  # the sample that has just come
        oldest = 0  # what is older has been let go of
        rows: list[DueRows] = []
        while (at := max(at, int(np.searchsorted(stamps, self._due_ns)))) < len(stamps):
            end_ns = self._grid_ns(self._end)
            smooth = smooths.at(max(oldest, at + 1 - _RATE_OVER), at + 1)
            self._due_ns = end_ns + (self._half_width_ns if smooth else 0)
            if stamps[at] < self._due_ns:
                continue
            rows.append(DueRows(self._next, self._end, smooth, at))
            self._settled_ns = end_ns
            self._next = self._end + 1
            self._end += self.stride
            # the newest before what the kernel sees is the neighbour that interpolation needs
            before = self._grid_ns(self._next) - self._half_width_ns
            older = min(int(np.searchsorted(stamps, before, side='right')), at + 1)
            oldest = max(oldest, older - 1)
        windows = self._cut(rows) if rows else []
        self._queue.drop(oldest)
        return windows

    def _cut(self, rows: list[DueRows]) -> list[Window]:
        """Compute these rows of the grid, and cut the windows that end with each."""
        times_s = (self._queue.stamps - self._origin_ns) / _NS
        first = rows[0].first - len(self._rows)  # index on the grid of the oldest row that is kept
        new = rows_of(rows, times_s, self._queue.values, self.rate_hz)
        whole = np.concatenate([self._rows.view(), new])
        self._rows.extend(new[-self.length :])
        samples = whole.astype(np.float32)
        self.counts['windows'] += len(rows)
        windows = []
        for some in rows:
            stop = some.last + 1 - first
            windows.append(
                Window(
                    start_ns=self._grid_ns(some.last - self.length + 1),
                    end_ns=self._grid_ns(some.last),
                    frame_id=self._frame_id,
                    samples=samples[stop - self.length : stop],
                )
            )
        return windows
