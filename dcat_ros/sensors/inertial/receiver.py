"""sensor_msgs/Imu to windows."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from dcat_ros.doubt import Doubt
from dcat_ros.errors import MessageError
from dcat_ros.messages.packed import Packed
from dcat_ros.sensors.inertial.doubts import doubts_by, measured
from dcat_ros.sensors.inertial.halves import Half, HalvesJoin
from dcat_ros.sensors.inertial.messages import decode_imu, decode_imu_runs
from dcat_ros.sensors.sample_receiver import SampleReceiver, SampleRun
from dcat_ros.streaming.receiver import Check
from dcat_ros.streaming.window import Window, WindowStream

__all__ = ['ImuReceiver']

#: A channel that varied so lately is not dead.
_ALIVE_NS = 10_000_000_000
#: Halves of one sensor that come together were measured together.
_HALVES_APART_S = 0.5


def _halves_apart(apart_s: float) -> str:
    where = 'before' if apart_s < 0 else 'after'
    return (
        f'the stamps of the acceleration lie {abs(apart_s):.1f} s {where} those of the angular '
        'rate that come with it: the halves are joined wrongly; mend the clock of the driver'
    )


class ImuReceiver(SampleReceiver):
    """Decodes samples, whole or in halves, and puts them into a stream.

    Args:
        stream: of the recogniser.
        ignore_covariance: take values that a covariance calls "not reported".
        max_gap_s: greatest distance of two accelerations that is bridged, where they come by
            themselves.
        reorder_s: how far back a stamp may lie there and still be left out as late.
    """

    def __init__(
        self,
        stream: WindowStream,
        *,
        ignore_covariance: bool = False,
        max_gap_s: float = 0.25,
        reorder_s: float = 0.1,
    ):
        super().__init__(stream, partial(decode_imu, any_covariance=ignore_covariance))
        self._ignores_covariance = ignore_covariance
        self._halves = HalvesJoin(max_gap_s, reorder_s)
        self._varied_ns = np.full(6, -_ALIVE_NS)  # when each channel did last
        self._offset_ns: dict[str, int] = {}  # of each half: stamp less receive time

    @property
    def counts(self) -> Counter[str]:
        """Those of the stream, and of the halves where they come by themselves."""
        return super().counts + self._halves.counts

    @property
    def doubts(self) -> list[Doubt]:
        """By the last window, the halves' clocks and the rate."""
        found = super().doubts
        if len(self._offset_ns) == 2:
            apart_s = (self._offset_ns['accel'] - self._offset_ns['gyro']) / 1e9
            if abs(apart_s) > _HALVES_APART_S:
                found.append(Doubt('halves', _halves_apart(apart_s)))
        return found

    def reset(self) -> None:
        """Forget all samples."""
        super().reset()
        self._halves.reset()
        self._varied_ns[:] = -_ALIVE_NS
        self._offset_ns.clear()

    def accept_part(self, part: str, data: bytes, arrived_ns: int, check: Check) -> list[Window]:
        """Take one serialised sensor_msgs/Imu of which one half counts.

        Windows have the frame of the angular rate.

        Args:
            part: of `HALVES`.
            data: the CDR bytes.
            arrived_ns: when it came.
            check: of the header's stamp.

        Raises:
            MessageError: it is unusable.
        """
        half: Half = 'accel' if part == 'accel' else 'gyro'
        sample = decode_imu(data, needed=half, any_covariance=self._ignores_covariance)
        stamp_ns = check(sample.stamp_ns)
        x, y, z = sample.values[:3] if half == 'accel' else sample.values[3:]
        self.last_stamp_ns = stamp_ns
        self._offset_ns[half] = stamp_ns - arrived_ns
        if half == 'gyro':
            self.last_frame_id = sample.frame_id
        windows: list[Window] = []
        for whole in self._halves.push(half, stamp_ns, (x, y, z)):
            windows += self.stream.push(whole.stamp_ns, whole.values, self.last_frame_id)
        return windows

    def decode_runs(
        self, messages: Packed, reject: Callable[[int, MessageError], None]
    ) -> Iterator[SampleRun]:
        """Decode many messages at once; `reject` is told which are unusable and why."""
        return decode_imu_runs(messages, reject, self._ignores_covariance)

    def judged(self, windows: Sequence[Window]) -> list[list[Doubt]]:
        """What speaks against each window, by it and by what varied a short while before."""
        found: list[list[Doubt]] = [[] for _ in windows]
        all_of = measured(np.stack([w.samples for w in windows if w.samples is not None]))
        done = 0
        for i in [*np.flatnonzero(all_of.odd).tolist(), len(windows)]:
            if i > done:  # every channel varied in all windows up to here
                self._varied_ns[:] = windows[i - 1].end_ns
            if i < len(windows):
                alive = windows[i].end_ns - self._varied_ns < _ALIVE_NS
                self._varied_ns[~all_of.stands[i]] = windows[i].end_ns
                found[i] = doubts_by(all_of.of(i), alive)
            done = i + 1
        return found
