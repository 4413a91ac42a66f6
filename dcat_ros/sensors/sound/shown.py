"""What a report shows of sound: the range of its samples over time."""

import numpy as np

from dcat_ros.sensors.envelope import Envelope
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.shown import MOST_BUCKETS, Span, Trace, banded
from dcat_ros.sensors.sound.heard import sounds_of

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
    for sound in sounds_of(recording, topic, given, receipt):
        samples = sound.samples
        offsets = (np.arange(len(samples)) * (_NS / sound.rate_hz)).astype(np.int64)
        stamps = sound.stamp_ns + offsets
        # both edges of each instant, so that one channel's envelope holds all channels
        edges = np.concatenate([samples.min(axis=1), samples.max(axis=1)])
        envelope.push(np.tile(stamps, 2), edges[:, None])
        span.see(int(stamps[0]), int(stamps[-1]))
    return banded(span, envelope, (('sound', ''),))
