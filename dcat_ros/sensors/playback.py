"""What a page plays of a recording: readings, sound and pictures, piece by piece."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given

__all__ = [
    'FindJoints',
    'Heard',
    'Piece',
    'Playback',
    'Pose',
    'Readings',
    'Row',
    'Seen',
    'Spectrum',
]


class Readings(NamedTuple):
    """Readings of a sensor.

    Attributes:
        stamps_ns: shape (n,), in any order.
        values: shape (n, columns), finite.
    """

    stamps_ns: NDArray[np.int64]
    values: NDArray[np.float64]


class Heard(NamedTuple):
    """Sound, the mean of its channels.

    Attributes:
        stamp_ns: of the first sample.
        rate_hz: samples a second.
        samples: shape (n,), in [-1, 1].
    """

    stamp_ns: int
    rate_hz: int
    samples: NDArray[np.float32]


class Spectrum(NamedTuple):
    """Power of sound in bands.

    Attributes:
        stamps_ns: shape (n,).
        levels: shape (n, bands), uint8 from 0 (nothing) to 255, low bands first.
    """

    stamps_ns: NDArray[np.int64]
    levels: NDArray[np.uint8]


class Seen(NamedTuple):
    """A picture.

    Attributes:
        stamp_ns: when it was taken.
        jpeg: the file.
    """

    stamp_ns: int
    jpeg: bytes


Piece = Readings | Heard | Spectrum | Seen


class Row(NamedTuple):
    """Columns of the readings that are drawn together.

    Attributes:
        name: of the quantity.
        unit: of its values, or empty.
        columns: names, in their order.
    """

    name: str
    unit: str
    columns: tuple[str, ...]


class Pose(NamedTuple):
    """Joints of a person in a picture.

    Attributes:
        joints: shape (n, 3): x and y as shares of the picture's width and height, and how sure it
            is that the joint is seen, from 0 to 1.
        bones: pairs of joints between which a line is drawn.
    """

    joints: NDArray[np.float64]
    bones: tuple[tuple[int, int], ...]


#: The joints of whoever is in a picture, a JPEG file; None if nobody is.
FindJoints = Callable[[bytes], Pose | None]


@dataclass(frozen=True)
class Playback:
    """How a sensor's recording is played.

    Attributes:
        pieces: of a recording, its topic, topics and settings, and whether times of receipt count;
            what cannot be used is left out.
        rows: what the columns of the readings are; empty for sound and pictures.
        find_joints: makes what finds joints in the pictures; raises ConfigError where the pose
            network is not there. None where there are no people to be found.
        is_slow: reading takes long, so that other sensors come first.
    """

    pieces: Callable[[Recording, str, Given, bool], Iterator[Piece]]
    rows: tuple[Row, ...] = ()
    find_joints: Callable[[], FindJoints] | None = None
    is_slow: bool = False
