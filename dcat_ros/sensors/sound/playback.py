"""What a page plays of sound: the mean of its channels, and their power in mel bands."""

from collections.abc import Iterator

import numpy as np

from dcat_ros.errors import MessageError
from dcat_ros.sensors.playback import Heard, Piece, Playback, Spectrum
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.sound.heard import sounds_of
from dcat_ros.sensors.sound.stream import SoundStream

__all__ = ['PLAYBACK']

#: What is black, and what is as bright as can be.
_QUIETEST_DB, _LOUDEST_DB = -80.0, 20.0


def _pieces(recording: Recording, topic: str, given: Given, receipt: bool) -> Iterator[Piece]:
    stream = SoundStream()
    for sound in sounds_of(recording, topic, given, receipt):
        if sound.rate_hz < 1:
            continue
        yield Heard(sound.stamp_ns, sound.rate_hz, sound.samples.mean(axis=1))
        try:
            stamps, decibels = stream.push(sound.stamp_ns, sound.samples, sound.rate_hz)
        except MessageError:  # a rate of which no model hears anything: the wave is shown
            continue
        if len(stamps):
            levels = (decibels - _QUIETEST_DB) / (_LOUDEST_DB - _QUIETEST_DB)
            yield Spectrum(stamps, (255 * levels.clip(0, 1)).astype(np.uint8))


PLAYBACK = Playback(_pieces)
