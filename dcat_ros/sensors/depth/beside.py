"""The camera that took the pictures of a topic."""

from dcat_ros.errors import BagError, MessageError
from dcat_ros.messages.camera_info import CAMERA_INFO_TYPE, decode_camera_info
from dcat_ros.sensors.recording import Recording

__all__ = ['camera_beside', 'camera_info_beside']


def camera_info_beside(topic: str) -> str:
    """The camera_info in the namespace of a topic of pictures, of whatever transport."""
    plain = topic.removesuffix('/compressed').removesuffix('/compressedDepth')
    return f'{plain.rpartition("/")[0]}/camera_info'


def camera_beside(recording: Recording, topic: str) -> tuple[float, int]:
    """Focal length and width in pixels of the first usable camera_info beside a topic of pictures.

    Raises:
        BagError: there is none.
    """
    beside = camera_info_beside(topic)
    if CAMERA_INFO_TYPE in recording.types.get(beside, ()):
        recording.require(beside, CAMERA_INFO_TYPE)
        for message in recording.messages([beside]):
            try:
                return decode_camera_info(message.data)
            except MessageError:
                continue
    raise BagError(
        f'{recording.path} has no usable {beside}, which tells the focal length of {topic}; give '
        '--focal.'
    )
