"""Messages of one small sample each to windows: of most sensors but cameras and microphones."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from struct import Struct, error
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import Doubt, said, why_senseless
from dcat_ros.errors import MessageError
from dcat_ros.messages.packed import Packed
from dcat_ros.streaming.receiver import Check, slowness
from dcat_ros.streaming.window import Window, WindowStream

__all__ = ['Decode', 'JudgeWindow', 'Sample', 'SampleReceiver', 'SampleRun', 'nothing_odd']

_NS = 1_000_000_000
#: The encapsulation, and the stamp of a message in little endian, as nearly every machine sends it.
_STAMP = Struct('<xBxxII')
_LITTLE = (1, 7)


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


class SampleRun(NamedTuple):
    """Samples that follow each other in one frame.

    Attributes:
        frame_id: the sensor's frame.
        stamps_ns: header stamps, shape (n,); 0 where the sender left it empty.
        values: as in `Sample`, shape (n, C).
        places: index of each sample among the messages given, shape (n,).
    """

    frame_id: str
    stamps_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    places: NDArray[np.int64]

    def at(self, places: NDArray[np.bool_]) -> 'SampleRun':
        """Some of the samples."""
        return SampleRun(
            self.frame_id, self.stamps_ns[places], self.values[places], self.places[places]
        )


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

    def may_complete(self, data: bytes, arrived_ns: int) -> bool:
        """Whether a window may end with this message: by its stamp, where that is easily read."""
        try:
            order, seconds, nanoseconds = _STAMP.unpack_from(data)
        except error:
            return True
        stamp_ns = seconds * _NS + nanoseconds or arrived_ns
        return order not in _LITTLE or stamp_ns >= self.stream.due_ns

    def decode_runs(
        self, messages: Packed, reject: Callable[[int, MessageError], None]
    ) -> Iterator[SampleRun]:
        """Decode many messages; `reject` is told which are unusable and why."""
        good: list[tuple[int, Sample]] = []
        for place, data in enumerate(messages):
            try:
                good.append((place, self._decode(data)))
            except MessageError as problem:
                reject(place, problem)
        for frame_id, group in groupby(good, key=lambda one: one[1].frame_id):
            places, samples = zip(*group, strict=True)
            yield SampleRun(
                frame_id,
                np.array([sample.stamp_ns for sample in samples], np.int64),
                np.array([sample.values for sample in samples], np.float64),
                np.array(places, np.int64),
            )

    def accept_run(self, run: SampleRun, stamps_ns: NDArray[np.int64]) -> list[Window]:
        """Take many samples at once, much faster than one by one.

        Args:
            run: of one frame.
            stamps_ns: that count for them.
        """
        self.last_stamp_ns, self.last_frame_id = int(stamps_ns[-1]), run.frame_id
        return self.stream.push_many(stamps_ns, run.values, run.frame_id)

    def windows(self, job: Window) -> list[Window]:
        """The job itself; without its samples if those cannot mean anything."""
        return self.finished([job])[0]

    def finished(self, jobs: Sequence[Window]) -> tuple[list[Window], list[list[Doubt]]]:
        """The jobs themselves, without their samples if those cannot mean anything; and why."""
        if not jobs:
            return [], []
        judged = self.judged(jobs)
        self._of_window = judged[-1]
        of_all = slowness(self.input_rate_hz, self.stream.rate_hz)
        windows = [
            job.senseless(why) if (why := why_senseless(doubts)) else job
            for job, doubts in zip(jobs, judged, strict=True)
        ]
        return windows, [doubts + of_all for doubts in judged]

    def judged(self, windows: Sequence[Window]) -> list[list[Doubt]]:
        """What speaks against each of some windows, in their order."""
        return [self._judge(w.samples) for w in windows if w.samples is not None]
