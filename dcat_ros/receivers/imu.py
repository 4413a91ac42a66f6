"""sensor_msgs/Imu to windows."""

from collections import Counter

from dcat_ros.messages.imu import decode_imu
from dcat_ros.modalities import imu
from dcat_ros.receivers.base import Check, slow
from dcat_ros.streaming.window import Window, WindowStream

__all__ = ['ImuReceiver']


class ImuReceiver:
    """Decodes samples and puts them into a stream; everything is quick, so a job is a window.

    Args:
        stream: of the recogniser.
    """

    checks_later = False

    def __init__(self, stream: WindowStream):
        self._stream = stream
        self.last_stamp_ns = 0
        self.last_frame_id = ''
        self._odd = ''

    @property
    def counts(self) -> Counter[str]:
        """Those of the stream."""
        return self._stream.counts

    @property
    def input_rate_hz(self) -> float:
        """By stamps."""
        return self._stream.input_rate_hz

    @property
    def doubt(self) -> str:
        """By the last window and the rate."""
        return self._odd or slow(self.input_rate_hz, self._stream.rate_hz)

    def reset(self) -> None:
        """Forget all samples."""
        self._stream.reset()
        self._odd = ''

    def accept(self, data: bytes, arrived_ns: int, check: Check) -> list[Window]:
        """Take one serialised sensor_msgs/Imu."""
        sample = decode_imu(data)
        stamp_ns = check(sample.stamp_ns)
        windows = self._stream.push(stamp_ns, sample.values, sample.frame_id)
        self.last_stamp_ns, self.last_frame_id = stamp_ns, sample.frame_id
        return windows

    def windows(self, job: Window) -> list[Window]:
        """The job itself."""
        if job.samples is not None:
            self._odd = imu.doubt(job.samples)
        return [job]
