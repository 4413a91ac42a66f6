"""The tracks of a recording, as a page asks for them: signals, sound, pictures.

All times are in nanoseconds from the recording's origin.
"""

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import ConfigError
from dcat_ros.label.levels import BUCKETS, Levels
from dcat_ros.label.spool import Spool
from dcat_ros.sensors.playback import FindJoints, Playback, Pose, Row

__all__ = ['LONGEST_S', 'HeardTrack', 'PictureTrack', 'Run', 'SignalTrack', 'Track']

#: Of a piece of sound that is asked for at once.
LONGEST_S = 10.0
_NS = 1_000_000_000


class Track(Protocol):
    """A track of whatever kind."""

    @property
    def span_ns(self) -> tuple[int, int] | None:
        """Its first and last time; None if it holds nothing."""
        ...

    def close(self) -> None:
        """Let go of what it keeps."""
        ...


@dataclass
class SignalTrack:
    """Readings, as ranges over time.

    Attributes:
        rows: what the columns are.
        levels: the least and the greatest value of each column.
    """

    rows: tuple[Row, ...]
    levels: Levels

    @property
    def span_ns(self) -> tuple[int, int] | None:
        """See `Track`."""
        return _span_of(self.levels)

    def tile(self, level: int, index: int) -> bytes:
        """The least values (columns, 512), then the greatest, as float32, little endian.

        Raises:
            ValueError: there is no such level.
        """
        return _bytes_of(self.levels.tile(level, index))

    def close(self) -> None:
        """See `Track`."""


class Run(NamedTuple):
    """Sound without a gap.

    Attributes:
        start_ns: of its first sample.
        rate_hz: samples a second.
        offset: of its first sample in the spool, in samples.
        n: samples.
    """

    start_ns: int
    rate_hz: int
    offset: int
    n: int


@dataclass
class HeardTrack:
    """Sound: its wave as ranges over time, its spectrum, and the samples to play.

    Attributes:
        wave: the least and the greatest sample.
        spectrum: power in mel bands, as bytes; the greatest of several.
        runs: in the order in which they were recorded.
        spool: samples of 16 bits.
    """

    wave: Levels
    spectrum: Levels
    runs: Sequence[Run]
    spool: Spool

    @property
    def span_ns(self) -> tuple[int, int] | None:
        """See `Track`."""
        return _span_of(self.wave)

    def tile(self, level: int, index: int) -> bytes:
        """See `SignalTrack.tile`; one column."""
        return _bytes_of(self.wave.tile(level, index))

    def picture(self, level: int, index: int) -> bytes:
        """A tile of the spectrum as a picture (PNG), high bands above.

        Raises:
            ValueError: there is no such level.
        """
        import cv2

        (tile,) = self.spectrum.tile(level, index)
        if not len(tile):
            tile = np.full((1, BUCKETS), np.nan, np.float32)
        grey = np.nan_to_num(tile[::-1]).astype(np.uint8)
        colours = np.asarray(cv2.applyColorMap(grey, cv2.COLORMAP_MAGMA))
        there = np.where(np.isnan(tile[::-1]), 0, 255).astype(np.uint8)
        _, file = cv2.imencode('.png', np.dstack([colours, there]))
        return file.tobytes()

    def wav(self, start_ns: int, length_s: float) -> bytes:
        """So much of the sound as a WAV file; silence where there is none.

        Args:
            start_ns: where it begins.
            length_s: up to `LONGEST_S`.
        """
        rate_hz = self.runs[0].rate_hz if self.runs else 16000
        out = np.zeros(round(min(length_s, LONGEST_S) * rate_hz), np.int16)
        for run in self.runs:
            if run.rate_hz != rate_hz:
                continue
            # of the run's samples those from `first` on, to the place `to`
            first = round((start_ns - run.start_ns) * rate_hz / _NS)
            to, first = max(0, -first), max(0, first)
            n = min(run.n - first, len(out) - to)
            if n > 0:
                data = self.spool.read(2 * (run.offset + first), 2 * n)
                out[to : to + n] = np.frombuffer(data, np.int16)
        file = io.BytesIO()
        with wave.open(file, 'wb') as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(rate_hz)
            writer.writeframes(out.astype('<i2').tobytes())
        return file.getvalue()

    def close(self) -> None:
        """See `Track`."""
        self.spool.close()


class PictureTrack:
    """Pictures, each a JPEG file.

    Args:
        stamps_ns: shape (n,), ascending.
        places: (n, 2): where each begins in the spool, and its bytes.
        spool: of the files.
        playback: of the sensor.
    """

    def __init__(
        self,
        stamps_ns: NDArray[np.int64],
        places: NDArray[np.int64],
        spool: Spool,
        playback: Playback,
    ):
        self._stamps_ns, self._places, self._spool = stamps_ns, places, spool
        self._make = playback.find_joints
        self._find: FindJoints | None = None
        self._poses: dict[int, Pose | None] = {}
        self._lock = Lock()
        #: Why no joints can be found; empty while nobody knows of a reason.
        self.why_no_joints = ''

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self._stamps_ns)

    @property
    def has_joints(self) -> bool:
        """Whether there is any use in asking for joints."""
        return self._make is not None and not self.why_no_joints

    @property
    def span_ns(self) -> tuple[int, int] | None:
        """See `Track`."""
        if not len(self._stamps_ns):
            return None
        return int(self._stamps_ns[0]), int(self._stamps_ns[-1])

    def at(self, time_ns: int) -> int:
        """Number of the last picture that is not later, or of the first; there is one."""
        return max(int(np.searchsorted(self._stamps_ns, time_ns, side='right')) - 1, 0)

    def stamp_ns(self, number: int) -> int:
        """When it was taken."""
        return int(self._stamps_ns[number])

    def jpeg(self, number: int) -> bytes:
        """The file."""
        start, n = self._places[number].tolist()
        return self._spool.read(start, n)

    def pose(self, number: int) -> Pose | None:
        """The joints of whoever is in a picture; None if nobody is, or they cannot be found.

        The network is asked when somebody looks, once a picture.
        """
        with self._lock:
            if number in self._poses:
                return self._poses[number]
            if self._find is None and self._make is not None and not self.why_no_joints:
                try:
                    self._find = self._make()
                except ConfigError as problem:
                    self.why_no_joints = str(problem)
            if self._find is None:
                return None
            self._poses[number] = self._find(self.jpeg(number))
            return self._poses[number]

    def close(self) -> None:
        """See `Track`."""
        self._spool.close()


def _span_of(levels: Levels) -> tuple[int, int] | None:
    return (levels.begin_ns, levels.end_ns) if levels.end_ns > levels.begin_ns else None


def _bytes_of(parts: Sequence[NDArray[np.float32]]) -> bytes:
    return b''.join(np.ascontiguousarray(part, '<f4').tobytes() for part in parts)
