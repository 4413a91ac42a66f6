"""Windows of a person's joints; whoever leaves and comes back begins a new one."""

from collections import Counter, deque

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.camera.joints import N_JOINTS
from dcat_ros.sensors.camera.samples import told
from dcat_ros.streaming.window import Window

__all__ = ['PoseWindows']

_NS = 1_000_000_000
#: Nobody for so long is somebody who left; for less, a pose network that missed him.
_LEFT_S = 0.5


class PoseWindows:
    """Takes the joints of each instant of a time grid and gives a window every stride.

    While nobody is in view, each stride gives a window without samples, which is `unknown`. Frames
    that never came (dropped where inference is behind) are those before.

    Args:
        rate_hz: of the grid.
        window_s: length of a window in s.
        stride_s: distance of the ends of two windows in s.

    Attributes:
        counts: what was seen: windows, repeated, nobody (instants without a person), came (how
            often a person came into view).
        nobody: nobody is in view.
    """

    def __init__(self, rate_hz: float, window_s: float, stride_s: float):
        self.counts: Counter[str] = Counter()
        self.length = round(window_s * rate_hz)
        self.stride = max(1, round(stride_s * rate_hz))
        self._rate_hz = rate_hz
        self._left = max(1, round(_LEFT_S * rate_hz))
        self._frames: deque[NDArray[np.float64]] = deque(maxlen=self.length)
        self.reset()

    def reset(self) -> None:
        """Forget everything; the next instant starts anew."""
        self._frames.clear()
        self.nobody = False
        self._gone = self._left  # instants since somebody was in view
        self._index = -1
        self._due = 0

    def push(
        self, index: int, stamp_ns: int, frame_id: str, joints: NDArray[np.float64] | None
    ) -> list[Window]:
        """Take what was seen at one instant of the grid.

        Args:
            index: of the instant; one that is not greater than the last starts anew.
            stamp_ns: of the instant.
            frame_id: the camera's frame.
            joints: shape (13, 3), see `joints.from_landmarks`; None if nobody was seen.
        """
        if index <= self._index:
            self.reset()
        missed = index - self._index - 1 if self._index >= 0 else 0
        self._index = index
        if joints is None:
            self.counts['nobody'] += 1
            self._gone += 1
            if self._gone >= self._left:
                return self._nobody(stamp_ns, frame_id)
            joints = np.zeros((N_JOINTS, 3))
        else:
            if self._gone >= self._left:
                self.counts['came'] += 1
                self._frames.clear()
                self._due = index + self.length - 1
                missed = 0
            self._gone, self.nobody = 0, False
        if missed and self._frames:
            self.counts['repeated'] += missed
            self._frames.extend([self._frames[-1]] * min(missed, self.length))
        self._frames.append(joints)
        if index < self._due or len(self._frames) < self.length:
            return []
        self._due = index + self.stride
        return [self._window(stamp_ns, frame_id, self._samples())]

    def _nobody(self, stamp_ns: int, frame_id: str) -> list[Window]:
        if not self.nobody:  # at once, for the last label does not hold any more
            self.nobody, self._due = True, self._index
            self._frames.clear()
        if self._index < self._due:
            return []
        self._due = self._index + self.stride
        return [self._window(stamp_ns, frame_id, None)]

    def _window(self, end_ns: int, frame_id: str, samples: NDArray[np.float32] | None) -> Window:
        self.counts['windows'] += 1
        start_ns = end_ns - round((self.length - 1) * _NS / self._rate_hz)
        return Window(max(0, start_ns), end_ns, frame_id, samples)

    def _samples(self) -> NDArray[np.float32] | None:
        try:
            return told(np.stack(self._frames)).astype(np.float32)
        except DatasetError:  # a body without a length is nobody's
            return None
