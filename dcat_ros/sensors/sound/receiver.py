"""Messages with sound to windows of rows of mel bands."""

from collections import Counter

import numpy as np

from dcat_ros.doubt import Doubt, said, why_senseless
from dcat_ros.errors import ConfigError
from dcat_ros.sensors.sound.doubts import SoundJudge
from dcat_ros.sensors.sound.format import AudioInfo
from dcat_ros.sensors.sound.frames import LOG_MEL, Frames
from dcat_ros.sensors.sound.messages import AUDIO_TYPES, SoundDecoder
from dcat_ros.sensors.sound.stream import SoundStream
from dcat_ros.streaming.receiver import Check, Notice
from dcat_ros.streaming.window import Window, WindowStream

__all__ = ['AudioReceiver']

_NS = 1_000_000_000
#: Chunks come unevenly: over so long their rate is judged.
_JUDGED_OVER_S = 4.0
_RATE_OFF = 0.2


class AudioReceiver:
    """Decodes chunks of sound, makes rows of them, and puts those into a stream.

    Args:
        stream: of the recogniser.
        frames: what rows are made of, and how.
        type_name: of the messages, one of `AUDIO_TYPES`.
        definition: text of the type as a bag holds it; empty where nobody gives it.
        rate_hz: samples a second, where neither a message nor audio_info says it.
        channels: interleaved channels, where neither says it.
        max_gap_s: lateness of a chunk above which sound is missing before it.
        notice: is told of clipped and of silent chunks, and of a rate that changes.

    Raises:
        ConfigError: the type is not known, or rate or channels make no sense.
    """

    checks_later = False

    def __init__(
        self,
        stream: WindowStream,
        *,
        frames: Frames = LOG_MEL,
        type_name: str = AUDIO_TYPES[0],
        definition: str = '',
        rate_hz: int = 16000,
        channels: int = 1,
        max_gap_s: float = 0.25,
        notice: Notice = lambda reason, sentence: None,
    ):
        if type_name not in AUDIO_TYPES:
            raise ConfigError(f'{type_name!r} is none of {", ".join(AUDIO_TYPES)}.')
        if rate_hz < 1 or channels < 1:
            raise ConfigError(f'sample_rate={rate_hz} and channels={channels} must be positive.')
        self._stream = stream
        self._sound = SoundStream(max_gap_s, frames)
        self._decoder = SoundDecoder(
            type_name, definition, rate_hz=rate_hz, channels=channels, max_gap_s=max_gap_s
        )
        self._judge = SoundJudge()
        self._notice = notice
        self._came_ns: int | None = None  # since when samples are counted
        self._n_came = 0
        self._rate_doubt: Doubt | None = None
        self.last_stamp_ns = 0
        self.last_frame_id = ''

    @property
    def info(self) -> AudioInfo | None:
        """What audio_info says of the sound; may be set whenever it comes."""
        return self._decoder.info

    @info.setter
    def info(self, info: AudioInfo | None) -> None:
        if info != self._decoder.info:
            self._decoder.info = info
            self._judge.reset()
            self._came_ns, self._rate_doubt = None, None

    @property
    def counts(self) -> Counter[str]:
        """Those of the sound, and of the windows."""
        own = self._stream.counts
        return self._sound.counts + Counter({key: own[key] for key in ('windows', 'frame_change')})

    @property
    def input_rate_hz(self) -> float:
        """Of rows, by their stamps."""
        return self._stream.input_rate_hz

    @property
    def doubts(self) -> list[Doubt]:
        """By the samples of the last seconds, and by how many come in a second."""
        return self._judge.doubts + ([self._rate_doubt] if self._rate_doubt else [])

    @property
    def doubt(self) -> str:
        """The sentences of `doubts`."""
        return said(self.doubts)

    def reset(self) -> None:
        """Forget all sound."""
        self._decoder.reset()
        self._judge.reset()
        self._sound.reset()
        self._stream.reset()
        self._came_ns, self._rate_doubt = None, None

    def accept(self, data: bytes, arrived_ns: int, check: Check) -> list[Window]:
        """Take one serialised message.

        A header's stamp is the time of the first sample. Without a header the last sample is taken
        to have been heard when the message came.
        """
        sound = self._decoder.decode(data, arrived_ns, check)
        samples, rate_hz = sound.samples, sound.rate_hz
        if not self._decoder.says_all:  # the message knows nothing of its own form
            self._count(arrived_ns, len(samples))
        if not len(samples):
            return []  # the chunk ends inside its first frame
        before = self._sound.counts['rate_change'], self._sound.counts['clipped']
        stamps_ns, rows = self._sound.push(sound.stamp_ns, samples, rate_hz)
        if self._sound.counts['rate_change'] > before[0]:
            self._notice('rate_change', f'the rate of the sound changed to {rate_hz} Hz')
        if self._sound.counts['clipped'] > before[1]:
            self._notice('clipped', 'the sound is clipped; turn the microphone down')
        if not samples.any():
            self._notice('silent', 'every sample is 0; the microphone may be muted')
        self._judge.feed(samples, rate_hz)
        self.last_stamp_ns, self.last_frame_id = sound.stamp_ns, sound.frame_id
        if not len(rows):
            return []
        return self._stream.push_many(stamps_ns, rows.astype(np.float64), sound.frame_id)

    def windows(self, job: Window) -> list[Window]:
        """The job itself; without its samples where they cannot be sound."""
        why = why_senseless(self._judge.doubts)
        return [job.senseless(why) if why else job]

    def _count(self, arrived_ns: int, n: int) -> None:
        """Compare the samples that come in a second with the rate that no message says."""
        if self._came_ns is None or arrived_ns < self._came_ns:
            self._came_ns, self._n_came = arrived_ns, 0
            return  # its samples were heard before
        self._n_came += n
        seconds = (arrived_ns - self._came_ns) / _NS
        if seconds < _JUDGED_OVER_S:
            return
        rate_hz, said_hz = self._n_came / seconds, self._decoder.rate_hz
        self._came_ns, self._n_came = arrived_ns, 0
        self._rate_doubt = None
        if abs(rate_hz / said_hz - 1) > _RATE_OFF:
            said = 'audio_info says ' if self._decoder.info else ''
            self._rate_doubt = Doubt(
                'rate',
                f'{rate_hz:.0f} samples come in a second, and {said}sample_rate={said_hz}, '
                f'channels={self._decoder.channels}: set them (or use_sim_time, if a bag is '
                'played)',
            )
