"""The camera that took the pictures of a topic."""

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.topics import CAMERA_INFO_TYPE
from dcat_ros.errors import BagError, MessageError
from dcat_ros.messages.camera_info import decode_camera_info

__all__ = ['camera_beside']


def camera_beside(bag: BagReader, topic: str) -> tuple[float, int]:
    """Focal length and width in pixels of the first usable camera_info beside a topic of pictures.

    Raises:
        BagError: there is none.
    """
    folder = topic.removesuffix('/compressed').removesuffix('/compressedDepth').rpartition('/')[0]
    beside = f'{folder}/camera_info'
    if CAMERA_INFO_TYPE in bag.types.get(beside, ()):
        bag.require(beside, CAMERA_INFO_TYPE)
        for message in bag.messages([beside]):
            try:
                return decode_camera_info(message.data)
            except MessageError:
                continue
    raise BagError(
        f'{bag.path} has no usable {beside}, which tells the focal length of {topic}; give --focal.'
    )
