"""Messages with sound to windows of log-mel frames."""

from collections import Counter

import numpy as np

from dcat_ros.errors import ConfigError, MessageError
from dcat_ros.messages.audio import AUDIO_TYPES, HEADERLESS_TYPES, decode_audio
from dcat_ros.receivers.base import Check, Notice
from dcat_ros.streaming.sound import SoundStream
from dcat_ros.streaming.window import Window, WindowStream

__all__ = ['AudioReceiver']

_NS = 1_000_000_000
#: Chunks come unevenly: over so long their rate is judged.
_JUDGED_OVER_S = 4.0
_RATE_OFF = 0.2


class AudioReceiver:
    """Decodes chunks of sound, makes log-mel frames of them, and puts those into a stream.

    Args:
        stream: of the recogniser.
        type_name: of the messages, one of `AUDIO_TYPES`.
        rate_hz: samples a second, where a message does not say it.
        channels: interleaved channels, where a message does not say it.
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
        type_name: str = AUDIO_TYPES[0],
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
        self._sound = SoundStream(max_gap_s)
        self._type_name = type_name
        self._rate_hz = rate_hz
        self._channels = channels
        self._notice = notice
        self._came_ns: int | None = None  # since when samples are counted
        self._n_came = 0
        self._doubt = ''
        self.last_stamp_ns = 0
        self.last_frame_id = ''

    @property
    def counts(self) -> Counter[str]:
        """Those of the sound, and of the windows."""
        own = self._stream.counts
        return self._sound.counts + Counter({key: own[key] for key in ('windows', 'frame_change')})

    @property
    def input_rate_hz(self) -> float:
        """Of log-mel frames, by their stamps."""
        return self._stream.input_rate_hz

    @property
    def doubt(self) -> str:
        """By the samples that come in a second."""
        return self._doubt

    def reset(self) -> None:
        """Forget all sound."""
        self._sound.reset()
        self._stream.reset()
        self._came_ns, self._doubt = None, ''

    def accept(self, data: bytes, arrived_ns: int, check: Check) -> list[Window]:
        """Take one serialised message.

        A header's stamp is the time of the first sample. Without a header the last sample is taken
        to have been heard when the message came.
        """
        sound = decode_audio(data, self._type_name)
        samples, rate_hz = sound.samples, sound.rate_hz or self._rate_hz
        if not sound.rate_hz:  # the message knows nothing of its own form
            if len(samples) % self._channels:
                raise MessageError(
                    f'{len(samples)} values are no whole samples of {self._channels} channels',
                    'odd',
                )
            samples = samples.reshape(-1, self._channels)
            self._judge(arrived_ns, len(samples))
        if self._type_name in HEADERLESS_TYPES:
            stamp_ns = arrived_ns - round(len(samples) * _NS / rate_hz)
        else:
            stamp_ns = check(sound.stamp_ns)
        before = self._sound.counts['rate_change'], self._sound.counts['clipped']
        stamps_ns, rows = self._sound.push(stamp_ns, samples, rate_hz)
        if self._sound.counts['rate_change'] > before[0]:
            self._notice('rate_change', f'the rate of the sound changed to {rate_hz} Hz')
        if self._sound.counts['clipped'] > before[1]:
            self._notice('clipped', 'the sound is clipped; turn the microphone down')
        if not samples.any():
            self._notice('silent', 'every sample is 0; the microphone may be muted')
        self.last_stamp_ns, self.last_frame_id = stamp_ns, sound.frame_id
        if not len(rows):
            return []
        return self._stream.push_many(stamps_ns, rows.astype(np.float64), sound.frame_id)

    def windows(self, job: Window) -> list[Window]:
        """The job itself."""
        return [job]

    def _judge(self, arrived_ns: int, n: int) -> None:
        """Compare the samples that come in a second with the rate that nobody but us says."""
        if self._came_ns is None or arrived_ns < self._came_ns:
            self._came_ns, self._n_came = arrived_ns, 0
            return  # its samples were heard before
        self._n_came += n
        seconds = (arrived_ns - self._came_ns) / _NS
        if seconds < _JUDGED_OVER_S:
            return
        rate_hz = self._n_came / seconds
        self._came_ns, self._n_came = arrived_ns, 0
        off = abs(rate_hz / self._rate_hz - 1) > _RATE_OFF
        self._doubt = (
            f'{rate_hz:.0f} samples come in a second, and sample_rate={self._rate_hz}, '
            f'channels={self._channels}: set them (or use_sim_time, if a bag is played)'
            if off
            else ''
        )
