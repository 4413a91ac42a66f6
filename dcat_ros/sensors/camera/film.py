"""The joints of whoever is in a recording's pictures, at no more than 15 pictures a second."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import MessageError
from dcat_ros.messages.image import (
    COMPRESSED_IMAGE_TYPE,
    UnreadPicture,
    read_compressed_image,
    read_image,
)
from dcat_ros.sensors.camera.joints import from_landmarks
from dcat_ros.sensors.camera.landmarks import as_rgb, finders
from dcat_ros.sensors.camera.person import Person
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.shown import time_of

__all__ = ['RATE_HZ', 'FilmFrame', 'film_of']

_NS = 1_000_000_000
RATE_HZ = 15.0


class FilmFrame(NamedTuple):
    """One picture, of which the joints alone are left.

    Attributes:
        stamp_ns: its time.
        joints: (13, 3), see `joints.from_landmarks`; None if nobody was seen.
        pixels: of the picture, for whoever judges it; not kept.
    """

    stamp_ns: int
    joints: NDArray[np.float64] | None
    pixels: NDArray[np.generic]


def film_of(
    recording: Recording,
    topic: str,
    given: Given,
    *,
    receipt: bool = False,
    wanted: Callable[[int], bool] = lambda stamp_ns: True,
) -> Iterator[FilmFrame | MessageError]:
    """The pictures of a topic, their stamps ascending; why one cannot be used in its place.

    Args:
        recording: open.
        topic: of the pictures.
        given: who is watched, and by which network.
        receipt: the times at which messages came count.
        wanted: whether a picture of this time is; others are not decoded.

    Raises:
        ConfigError: the pose network is not there.
    """
    compressed = recording.topics[topic] == COMPRESSED_IMAGE_TYPE
    read: Callable[[bytes], UnreadPicture] = read_compressed_image if compressed else read_image
    person = Person(finders(given['pose_network']), given['watched'])
    last_ns: int | None = None
    for message in recording.messages([topic]):
        try:
            unread = read(message.data)
            stamp_ns = time_of(unread.stamp_ns, message, receipt)
            if last_ns is not None and stamp_ns - last_ns < 0.9 * _NS / RATE_HZ:
                continue
            if not wanted(stamp_ns):
                continue
            picture = unread.picture()
            if picture.kind == 'depth':
                raise MessageError('the picture is depth', 'kind')
        except MessageError as problem:
            yield problem
            continue
        found = person.find(as_rgb(picture.pixels), stamp_ns)
        joints = None if found is None else from_landmarks(found[None])[0]
        yield FilmFrame(stamp_ns, joints, picture.pixels)
        last_ns = stamp_ns
