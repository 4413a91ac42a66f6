"""Messages of one small sample each to windows: of most sensors but cameras and microphones."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import Doubt, said, why_senseless
from dcat_ros.streaming.receiver import Check, slowness
from dcat_ros.streaming.window import Window, WindowStream

__all__ = ['Decode', 'JudgeWindow', 'Sample', 'SampleReceiver', 'nothing_odd']


class Sample(Protocol):
    """What one message says."""

    @property
    def stamp_ns(self) -> int:
        """Of its header; 0 if that is empty."""
        ...

    @property
    def values(self) -> Sequence[float]:
        """(C,), in the sensor's units."""
        ...

    @property
    def frame_id(self) -> str:
        """Of its header."""
        ...


#: From the CDR bytes of a message to its sample; raises MessageError.
Decode = Callable[[bytes], Sample]
#: What speaks against the samples (T, C) of a window, on the model's grid.
JudgeWindow = Callable[[NDArray[np.float32]], list[Doubt]]


def nothing_odd(samples: NDArray[np.float32]) -> list[Doubt]:
    """Of a sensor that is believed whatever it says."""
    return []


class SampleReceiver:
    """Decodes samples and puts them into a stream; everything is quick, so a job is a window.

    Args:
        stream: of the recogniser.
        decode: a message.
        judge: a window.
    """

    checks_later = False

    def __init__(self, stream: WindowStream, decode: Decode, judge: JudgeWindow = nothing_odd):
        self.stream = stream
        self._decode = decode
        self._judge = judge
        self._of_window: list[Doubt] = []
        self.last_stamp_ns = 0
        self.last_frame_id = ''

    @property
    def counts(self) -> Counter[str]:
        """Those of the stream."""
        return self.stream.counts

    @property
    def input_rate_hz(self) -> float:
        """By stamps."""
        return self.stream.input_rate_hz

    @property
    def doubts(self) -> list[Doubt]:
        """By the last window and the rate."""
        return self._of_window + slowness(self.input_rate_hz, self.stream.rate_hz)

    @property
    def doubt(self) -> str:
        """The same as one line."""
        return said(self.doubts)

    def reset(self) -> None:
        """Forget all samples."""
        self.stream.reset()
        self._of_window = []

    def accept(self, data: bytes, arrived_ns: int, check: Check) -> list[Window]:
        """Take one serialised message."""
        sample = self._decode(data)
        stamp_ns = check(sample.stamp_ns)
        windows = self.stream.push(stamp_ns, sample.values, sample.frame_id)
        self.last_stamp_ns, self.last_frame_id = stamp_ns, sample.frame_id
        return windows

    def windows(self, job: Window) -> list[Window]:
        """The job itself; without its samples if those cannot mean anything."""
        if job.samples is None:
            return [job]
        self._of_window = self.judged(job, job.samples)
        why = why_senseless(self._of_window)
        return [job.senseless(why) if why else job]

    def judged(self, window: Window, samples: NDArray[np.float32]) -> list[Doubt]:
        """What speaks against a window with these samples."""
        return self._judge(samples)
