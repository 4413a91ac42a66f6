"""What stands beside the sound of a recording, of its form."""

from dcat_ros.errors import BagError, MessageError
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.sound.format import AUDIO_INFO_TYPE, AudioInfo, decode_audio_info
from dcat_ros.sensors.sound.messages import AUDIO_STAMPED_TYPE, BYTES_TYPES

__all__ = ['audio_definition', 'audio_info_beside', 'beside_topic']


def beside_topic(topic: str) -> str:
    """The audio_info in the namespace of a topic of sound."""
    return f'{topic.rpartition("/")[0]}/audio_info'


def audio_info_beside(recording: Recording, topic: str) -> AudioInfo | None:
    """The first usable audio_info in the namespace of a topic of ros-drivers' sound.

    Args:
        recording: open.
        topic: of the sound.

    Returns:
        None where there is none, or where the sound's messages do not need it.
    """
    beside = beside_topic(topic)
    if (
        recording.topics.get(topic) not in BYTES_TYPES
        or recording.topics.get(beside) != AUDIO_INFO_TYPE
    ):
        return None
    for message in recording.messages([beside]):
        try:
            return decode_audio_info(message.data)
        except MessageError:
            continue
    return None


def audio_definition(recording: Recording, topic: str) -> str:
    """The text in which a recording defines a topic's AudioStamped, of which there are two.

    Empty if it does not, or if the topic has another type.
    """
    if recording.topics.get(topic) != AUDIO_STAMPED_TYPE:
        return ''
    try:
        return recording.definition(topic)
    except BagError:  # of a bag that was cut off: its messages may be read all the same
        return ''
