"""What a bag says of the form of its sound."""

from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError, MessageError
from dcat_ros.messages.audio import AUDIO_STAMPED_TYPE, BYTES_TYPES
from dcat_ros.messages.audio_format import AUDIO_INFO_TYPE, AudioInfo, decode_audio_info

__all__ = ['audio_definition', 'audio_info_beside']


def audio_info_beside(bag: BagReader, topic: str) -> AudioInfo | None:
    """The first usable audio_info in the namespace of a topic of ros-drivers' sound.

    Args:
        bag: open.
        topic: of the sound.

    Returns:
        None where there is none, or where the sound's messages do not need it.
    """
    beside = f'{topic.rpartition("/")[0]}/audio_info'
    if bag.topics.get(topic) not in BYTES_TYPES or bag.topics.get(beside) != AUDIO_INFO_TYPE:
        return None
    for message in bag.messages([beside]):
        try:
            return decode_audio_info(message.data)
        except MessageError:
            continue
    return None


def audio_definition(bag: BagReader, topic: str) -> str:
    """The text in which a bag defines a topic's AudioStamped, of which there are two.

    Empty if it does not, or if the topic has another type.
    """
    if bag.topics.get(topic) != AUDIO_STAMPED_TYPE:
        return ''
    try:
        return next((info.definition for info in bag.describe() if info.topic == topic), '')
    except BagError:  # of a bag that was cut off: its messages may be read all the same
        return ''
