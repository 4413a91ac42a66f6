"""A sensor's recorded messages on their way to windows, with all that is said against them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from dcat_ros.doubt import Doubt
from dcat_ros.errors import MessageError
from dcat_ros.messages.batch import Batch, Recorded
from dcat_ros.rejections import Rejections
from dcat_ros.streaming.judge import StreamJudge, Tally, apart, other_speed
from dcat_ros.streaming.receiver import Check, Receiver, TakesParts, TakesRuns
from dcat_ros.streaming.window import Window

__all__ = ['Reading']


class Reading:
    """Gives messages to a receiver, as a node does, and keeps account of them.

    Args:
        receiver: of the sensor.
        receive_time: the times at which messages came count, whatever their headers say.
        parts: topic -> which part of the sensor it is; empty where it comes whole.
        chunk_s: a message may have been measured so long before it came.

    Attributes:
        receiver: as given.
        rejected: why messages were refused.
        n_messages: of the sensor.
        n_without_stamp: of those, number with an empty stamp.
        begin_ns: stamp of the first usable message; None before it.
        end_ns: stamp of the last one.
        judge: of stamps and frames.
    """

    def __init__(
        self,
        receiver: Receiver[Any],
        *,
        receive_time: bool = False,
        parts: Mapping[str, str] | None = None,
        chunk_s: float = 0.0,
    ):
        self.receiver = receiver
        self.rejected = Rejections()
        self.n_messages = 0
        self.n_without_stamp = 0
        self.begin_ns: int | None = None
        self.end_ns = 0
        self.judge = StreamJudge()
        self._receive_time = receive_time
        self._parts = parts or {}
        self._chunk_s = chunk_s
        self._tally = Tally()
        self._first_arrived_ns = self._arrived_ns = 0
        self._has_stamps = False

    @property
    def offset_s(self) -> float | None:
        """Stamp less receive time of the last message; None where no header has a stamp."""
        return self.judge.offset_s if self._has_stamps else None

    def take(self, batch: Batch) -> list[Window]:
        """Take messages in the order in which they came; gives the windows that they complete."""
        self.n_messages += len(batch)
        if isinstance(self.receiver, TakesRuns) and not self._parts:
            return self._take_runs(self.receiver, batch)
        windows: list[Window] = []
        for message in batch:
            windows += self._take_one(message, self._accept(message.topic))
        return windows

    def clock_doubts(self, truth_by_receipt: bool) -> list[Doubt]:
        """What speaks against the stamps, where the headers have some and they count.

        Args:
            truth_by_receipt: labels are compared with a truth that has the times at which it came.
        """
        offset_s = self.offset_s
        if self._receive_time or offset_s is None or self.begin_ns is None:
            return []
        found = [apart(offset_s, truth_by_receipt, self._chunk_s)]
        if not self.receiver.counts['jump_back']:
            stamps_s = (self.end_ns - self.begin_ns) / 1e9
            receipt_s = (self._arrived_ns - self._first_arrived_ns) / 1e9
            found.append(other_speed(stamps_s, receipt_s, truth_by_receipt))
        return [doubt for doubt in found if doubt is not None]

    def doubts(self) -> list[Doubt]:
        """What speaks against all of it."""
        found = self.judge.summary() + self._tally.summary()
        if not self._tally.n:  # what was doubted last may be why there is no window
            known = {doubt.reason for doubt in found}
            found += [doubt for doubt in self.receiver.doubts if doubt.reason not in known]
        return found

    def _accept(self, topic: str) -> Callable[[bytes, int, Check], list[Any]]:
        if topic not in self._parts:
            return self.receiver.accept
        assert isinstance(self.receiver, TakesParts)  # of a sensor that has parts
        return partial(self.receiver.accept_part, self._parts[topic])

    def _take_one(
        self, message: Recorded, accept: Callable[[bytes, int, Check], list[Any]]
    ) -> list[Window]:
        def stamp_of(stamp_ns: int) -> int:
            self.n_without_stamp += stamp_ns == 0
            self._has_stamps |= stamp_ns != 0
            return message.arrived_ns if self._receive_time else stamp_ns or message.arrived_ns

        try:
            jobs = accept(message.data, message.arrived_ns, stamp_of)
            windows = [window for job in jobs for window in self._windows(job)]
        except MessageError as problem:
            self.rejected.add(problem)
            return []
        self._saw(self.receiver.last_stamp_ns, message.arrived_ns)
        frame_id = self.receiver.last_frame_id
        self.judge.take(self.receiver.last_stamp_ns, message.arrived_ns, frame_id)
        return windows

    def _take_runs(self, receiver: TakesRuns, batch: Batch) -> list[Window]:
        """Many messages at once: much faster than one by one."""
        jobs: list[Window] = []
        for run in receiver.decode_runs(batch.data, lambda _, problem: self.rejected.add(problem)):
            arrived = batch.arrived_ns[run.places]
            empty = run.stamps_ns == 0
            self.n_without_stamp += int(empty.sum())
            self._has_stamps |= not empty.all()
            stamps = np.where(empty | self._receive_time, arrived, run.stamps_ns)
            self._saw(int(stamps[0]), int(arrived[0]))
            self._saw(int(stamps[-1]), int(arrived[-1]))
            self.judge.take_many(stamps, arrived, run.frame_id)
            jobs += receiver.accept_run(run, stamps)
        windows, doubts = receiver.finished(jobs)
        for of_window in doubts:
            self._tally.count(1, of_window)
        return windows

    def _windows(self, job: Any) -> list[Window]:
        windows = self.receiver.windows(job)
        if windows:
            self._tally.count(len(windows), self.receiver.doubts)
        return windows

    def _saw(self, stamp_ns: int, arrived_ns: int) -> None:
        if self.begin_ns is None:
            self.begin_ns, self._first_arrived_ns = stamp_ns, arrived_ns
        self.end_ns, self._arrived_ns = stamp_ns, arrived_ns
