"""What a timeline shows of a raw signal: ranges over time, or small pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.envelope import Envelope
from dcat_ros.sensors.recording import Recorded

__all__ = [
    'MOST_BUCKETS',
    'MOST_PICTURES',
    'Band',
    'Span',
    'Thumbnail',
    'Trace',
    'banded',
    'time_of',
]

MOST_BUCKETS = 4000
MOST_PICTURES = 48


@dataclass(frozen=True)
class Band:
    """The range of one quantity over time.

    Attributes:
        name: of the quantity.
        unit: of its values, or ''.
        width_ns: of a bucket of time.
        starts_ns: shape (k,), ascending; buckets without a value are left out.
        low: shape (k,), least value in each bucket.
        high: shape (k,), greatest value in each bucket.
    """

    name: str
    unit: str
    width_ns: int
    starts_ns: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True)
class Thumbnail:
    """A small picture.

    Attributes:
        stamp_ns: of the frame.
        jpeg: the file.
        width: in pixels.
        height: in pixels.
    """

    stamp_ns: int
    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Trace:
    """What is shown of a raw signal.

    Attributes:
        begin_ns: earliest time of a usable message; 0 if there is none.
        end_ns: latest.
        bands: of a signal; empty for pictures.
        pictures: in the order of time; empty for signals.
    """

    begin_ns: int = 0
    end_ns: int = 0
    bands: tuple[Band, ...] = ()
    pictures: tuple[Thumbnail, ...] = ()


class Span:
    """First and last of the times seen.

    Attributes:
        begin_ns: the first; None before any.
        end_ns: the last.
    """

    def __init__(self) -> None:
        self.begin_ns: int | None = None
        self.end_ns = 0

    def see(self, first_ns: int, last_ns: int) -> None:
        """Take the first and the last of some times."""
        if self.begin_ns is None:
            self.begin_ns, self.end_ns = first_ns, last_ns
        self.begin_ns = min(self.begin_ns, first_ns)
        self.end_ns = max(self.end_ns, last_ns)


def time_of(stamp_ns: int, message: Recorded, receipt: bool) -> int:
    """A header's stamp; the log time where it is empty, or where receipt counts."""
    return message.log_time_ns if receipt or not stamp_ns else stamp_ns


def banded(span: Span, envelope: Envelope, names: tuple[tuple[str, str], ...]) -> Trace:
    """Each channel of an envelope as a band, by the names and units of the channels."""
    starts, low, high = envelope.buckets()
    if span.begin_ns is None:
        return Trace()
    bands = (
        Band(name, unit, envelope.width_ns, starts, low[:, i], high[:, i])
        for i, (name, unit) in enumerate(names)
    )
    return Trace(span.begin_ns, span.end_ns, bands=tuple(bands))
