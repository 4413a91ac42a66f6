"""What a report shows of sound: the range of its samples over time."""

from functools import partial

import numpy as np

from dcat_ros.errors import MessageError
from dcat_ros.sensors.envelope import Envelope
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.shown import MOST_BUCKETS, Span, Trace, banded, time_of
from dcat_ros.sensors.sound.beside import audio_definition, audio_info_beside
from dcat_ros.sensors.sound.messages import SoundDecoder

__all__ = ['trace']

_NS = 1_000_000_000


def trace(recording: Recording, topic: str, given: Given, receipt: bool) -> Trace:
    """The range over all channels; a header's stamp is the time of the first sample.

    Args:
        recording: open.
        topic: of the sound.
        given: topics and settings.
        receipt: the times at which messages came count, whatever their headers say.
    """
    envelope, span = Envelope(max_buckets=MOST_BUCKETS), Span()
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
        samples = sound.samples
        if not len(samples):
            continue
        offsets = (np.arange(len(samples)) * (_NS / sound.rate_hz)).astype(np.int64)
        stamps = sound.stamp_ns + offsets
        # both edges of each instant, so that one channel's envelope holds all channels
        edges = np.concatenate([samples.min(axis=1), samples.max(axis=1)])
        envelope.push(np.tile(stamps, 2), edges[:, None])
        span.see(int(stamps[0]), int(stamps[-1]))
    return banded(span, envelope, (('sound', ''),))
