"""What a report shows of a depth camera: small pictures, evenly over time."""

from functools import partial

from dcat_ros.errors import MessageError
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE, read_compressed_image, read_image
from dcat_ros.sensors.envelope import Evenly
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.shown import MOST_PICTURES, Span, Thumbnail, Trace, time_of
from dcat_ros.sensors.thumbnail import thumbnail

__all__ = ['trace']


def trace(recording: Recording, topic: str, given: Given, receipt: bool) -> Trace:
    """Up to 48 small pictures.

    Args:
        recording: open.
        topic: of the pictures.
        given: topics and settings.
        receipt: the times at which messages came count, whatever their headers say.
    """
    compressed = recording.topics[topic] == COMPRESSED_IMAGE_TYPE
    read = read_compressed_image if compressed else partial(read_image, wants_depth=True)
    chosen, span = Evenly[Thumbnail](MOST_PICTURES), Span()
    for message in recording.messages([topic]):
        try:
            unread = read(message.data)
            stamp_ns = time_of(unread.stamp_ns, message, receipt)
            if chosen.wants(stamp_ns):
                chosen.put(stamp_ns, thumbnail(unread.picture(), stamp_ns))
        except MessageError:
            continue
        span.see(stamp_ns, stamp_ns)
    return Trace(span.begin_ns or 0, span.end_ns, pictures=tuple(chosen.items()))
