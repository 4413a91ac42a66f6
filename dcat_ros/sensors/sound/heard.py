"""The sound of a recording, message by message."""

from collections.abc import Iterator
from functools import partial

from dcat_ros.errors import MessageError
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.shown import time_of
from dcat_ros.sensors.sound.beside import audio_definition, audio_info_beside
from dcat_ros.sensors.sound.messages import Sound, SoundDecoder

__all__ = ['sounds_of']


def sounds_of(recording: Recording, topic: str, given: Given, receipt: bool) -> Iterator[Sound]:
    """What each message holds, as it was sampled; messages without a usable sample are left out.

    Args:
        recording: open.
        topic: of the sound.
        given: topics and settings.
        receipt: the times at which messages came count, whatever their headers say.
    """
    decoder = SoundDecoder(
        recording.topics[topic],
        audio_definition(recording, topic),
        rate_hz=given['sample_rate'],
        channels=given['channels'],
    )
    decoder.info = audio_info_beside(recording, topic)
    for message in recording.messages([topic]):
        check = partial(time_of, message=message, receipt=receipt)
        try:
            sound = decoder.decode(message.data, message.log_time_ns, check)
        except MessageError:
            continue
        if len(sound.samples):
            yield sound
