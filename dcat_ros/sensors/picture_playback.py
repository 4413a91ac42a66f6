"""Pictures for a page: smaller ones, and no more in a second than a person needs to see it move."""

from collections.abc import Callable, Iterator

from dcat_ros.errors import MessageError
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE, UnreadPicture, read_compressed_image
from dcat_ros.sensors.playback import Seen
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.shown import time_of
from dcat_ros.sensors.thumbnail import thumbnail

__all__ = ['RATE_HZ', 'pictures_of']

RATE_HZ = 10.0
_WIDTH_PX = 360
#: Cameras are not on time to the millisecond.
_STEP_NS = round(0.9e9 / RATE_HZ)


def pictures_of(
    recording: Recording, topic: str, read: Callable[[bytes], UnreadPicture], receipt: bool
) -> Iterator[Seen]:
    """At most `RATE_HZ` pictures a second, 360 pixels wide; unusable ones are left out.

    Args:
        recording: open.
        topic: of the pictures.
        read: reads a message, where it is no CompressedImage.
        receipt: the times at which messages came count.
    """
    if recording.topics[topic] == COMPRESSED_IMAGE_TYPE:
        read = read_compressed_image
    last_ns: int | None = None
    for message in recording.messages([topic]):
        try:
            unread = read(message.data)
            stamp_ns = time_of(unread.stamp_ns, message, receipt)
            # a clock that jumped back begins anew
            if last_ns is not None and 0 <= stamp_ns - last_ns < _STEP_NS:
                continue
            jpeg = thumbnail(unread.picture(), stamp_ns, _WIDTH_PX).jpeg
        except MessageError:
            continue
        last_ns = stamp_ns
        yield Seen(stamp_ns, jpeg)
