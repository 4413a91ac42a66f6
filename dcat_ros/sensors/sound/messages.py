"""Sound from serialised messages: std_msgs/Int16MultiArray, and audio_common_msgs of either origin.

Two packages have the name audio_common_msgs and share no message: that of ros-drivers carries bytes
whose meaning stands in a message of another topic, that of mgonzs13 says all in each message.

    message ──► bytes ──► refused, if they are a file or a codec
                  │ those of an incomplete frame wait for the next chunk
                  ▼
               samples (n, channels)
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import MessageError
from dcat_ros.sensors.sound.codec import codec_of
from dcat_ros.sensors.sound.format import S16LE, AudioInfo
from dcat_ros.sensors.sound.stamped import layout_of, read_audio_stamped

if TYPE_CHECKING:
    from rosbags.typesys.store import Typestore

__all__ = [
    'AUDIO_STAMPED_TYPE',
    'AUDIO_TYPES',
    'BYTES_TYPES',
    'HEADERLESS_TYPES',
    'Sound',
    'SoundDecoder',
    'decode_audio',
]


class Sound(NamedTuple):
    """A piece of sound.

    Attributes:
        stamp_ns: time of the first sample in nanoseconds; 0 where nobody says it.
        frame_id: of the microphone; empty where there is no header.
        rate_hz: samples a second; 0 if nobody says it.
        samples: (n, channels), in [-1, 1]; n may be 0 where a chunk ends inside its first frame.
    """

    stamp_ns: int
    frame_id: str
    rate_hz: int
    samples: NDArray[np.float32]


_ARRAY = 'std_msgs/msg/Int16MultiArray'
AUDIO_STAMPED_TYPE = 'audio_common_msgs/msg/AudioStamped'
#: Those of ros-drivers, whose bytes audio_info explains.
BYTES_TYPES = ('audio_common_msgs/msg/AudioData', 'audio_common_msgs/msg/AudioDataStamped')
AUDIO_TYPES = (_ARRAY, *BYTES_TYPES, AUDIO_STAMPED_TYPE)
#: those whose messages say nothing of their time
HEADERLESS_TYPES = (_ARRAY, BYTES_TYPES[0])

_NS = 1_000_000_000
#: Full scale is 1. Integers of 16 bits that were never scaled are doubted by name; what is far
#: beyond is no sound in any unit, and the sums that are made of it leave the floats.
_LOUDEST = 1e6
#: A codec whose beginning was not seen for so long was that of one message: the others are sound.
_CODEC_NS = 10 * _NS


@cache
def _store() -> 'Typestore':
    """The types of sound; rosbags is imported here, for nodes of other sensors import this file."""
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    store.register(
        get_types_from_msg('uint8[] data', BYTES_TYPES[0])
        | get_types_from_msg('std_msgs/Header header\nAudioData audio', BYTES_TYPES[1])
    )
    return store


class SoundDecoder:
    """Decodes the messages of one topic, one after another.

    It remembers what a chunk leaves for the next one: the bytes of an incomplete frame (a sample
    of each channel), and that the stream is compressed, since the chunks of a file do not all begin
    like one. Both are forgotten where sound is missing in between; a codec after ten seconds, too.

    Args:
        type_name: one of `AUDIO_TYPES`.
        definition: text of the type as a bag holds it; empty where nobody gives it.
        rate_hz: samples a second, where neither message nor info says it.
        channels: interleaved channels, where neither says it.
        max_gap_s: lateness of a chunk above which sound is missing before it.

    Attributes:
        says_all: whether the messages say rate and channels themselves.
    """

    def __init__(
        self,
        type_name: str,
        definition: str = '',
        *,
        rate_hz: int = 16000,
        channels: int = 1,
        max_gap_s: float = 0.25,
    ):
        self.says_all = type_name == AUDIO_STAMPED_TYPE
        self._type_name = type_name
        self._layout = layout_of(definition) if self.says_all else None
        self._rate_hz, self._channels = rate_hz, channels
        self._max_gap_ns = round(max_gap_s * _NS)
        self._info: AudioInfo | None = None
        self.reset()

    @property
    def info(self) -> AudioInfo | None:
        """What audio_info says of the bytes of ros-drivers; None: 16 bits, little endian."""
        return self._info

    @info.setter
    def info(self, info: AudioInfo | None) -> None:
        if info != self._info:
            self._info = info
            self.reset()

    @property
    def rate_hz(self) -> int:
        """Samples a second, where messages do not say it."""
        return self._rate_hz if self._told is None else self._told.rate_hz

    @property
    def channels(self) -> int:
        """Interleaved ones, where messages do not say it."""
        return self._channels if self._told is None else self._told.channels

    def reset(self) -> None:
        """Forget what the last chunk left; the next one starts anew."""
        self._left = b''
        self._codec, self._codec_ns = '', 0  # and when it was last sure
        self._due_ns: int | None = None  # when the next chunk begins

    def decode(
        self,
        data: bytes,
        arrived_ns: int | None = None,
        check: Callable[[int], int] = lambda stamp_ns: stamp_ns,
    ) -> Sound:
        """Decode one serialised message.

        Args:
            data: the CDR bytes as a bag or a raw subscription gives them.
            arrived_ns: when it came. Without a header the last sample is taken to have been heard
                then.
            check: takes a header's stamp, 0 if it is empty, and gives the one to use.

        Raises:
            MessageError: with `reason` 'truncated', 'encoding' (a file, a codec, or a format that
                is not known), 'odd' (no whole samples), 'rate', 'channels', 'empty', 'stamp',
                'non_finite' or 'implausible' (a million times full scale); and what `check` raises.
        """
        if self.says_all:
            stamped = read_audio_stamped(data, self._layout)
            _check_samples(stamped.samples)
            return Sound(check(stamped.stamp_ns), *stamped[1:])
        try:
            message: Any = _store().deserialize_cdr(data, self._type_name)
        except Exception as problem:  # the library raises whatever the bytes lead it to
            raise MessageError(
                f'{self._type_name} of {len(data)} bytes cannot be read: {type(problem).__name__}',
                'truncated',
            ) from None
        if self._type_name == _ARRAY:
            return self._of_array(message.data, arrived_ns)
        return self._of_bytes(message, arrived_ns, check)

    def _of_array(self, values: NDArray[np.int16], arrived_ns: int | None) -> Sound:
        if len(values) % self._channels:
            raise MessageError(
                f'{len(values)} values are no whole samples of {self._channels} channels', 'odd'
            )
        samples = (values.astype(np.float32) / np.float32(2**15)).reshape(-1, self._channels)
        _check_samples(samples)
        return Sound(self._heard_ns(len(samples), arrived_ns), '', self._rate_hz, samples)

    def _of_bytes(self, message: Any, arrived_ns: int | None, check: Callable[[int], int]) -> Sound:
        stamped = hasattr(message, 'header')
        raw = bytes((message.audio if stamped else message).data)
        if not raw:
            raise MessageError('the message holds no sample', 'empty')
        form = S16LE if self._info is None else self._info.format
        size = form.width * self.channels
        if stamped:
            header_ns, frame_id = _head(message)
            stamp_ns = check(header_ns)
        else:
            stamp_ns, frame_id = self._heard_ns(len(raw) / size, arrived_ns), ''
        # no time is known: nothing can be late
        timed = stamped or arrived_ns is not None
        if timed and self._due_ns is not None and abs(stamp_ns - self._due_ns) > self._max_gap_ns:
            self.reset()
        self._due_ns = stamp_ns + round(len(raw) / size * _NS / self.rate_hz) if timed else None
        self._refuse_codec(raw, stamp_ns)
        raw = self._left + raw
        whole = len(raw) // size * size
        self._left = raw[whole:]
        samples = form.samples(raw[:whole]).reshape(-1, self.channels)
        _check_values(samples)
        return Sound(stamp_ns, frame_id, self.rate_hz, samples)

    def _refuse_codec(self, raw: bytes, stamp_ns: int) -> None:
        name, is_sure = codec_of(raw)
        if is_sure:
            self._codec, self._codec_ns = name, stamp_ns
        elif abs(stamp_ns - self._codec_ns) > _CODEC_NS:
            self._codec = ''
        name = name or self._codec
        if name:
            self._left = b''
            raise MessageError(
                f'the sound comes as {name}; start its publisher with format:=wave, so that raw '
                'samples (S16LE) come',
                'encoding',
            )

    def _heard_ns(self, n: float, arrived_ns: int | None) -> int:
        """When the first of n samples was heard."""
        return 0 if arrived_ns is None else arrived_ns - round(n * _NS / self.rate_hz)

    @property
    def _told(self) -> AudioInfo | None:
        return self._info if self._type_name in BYTES_TYPES else None


def decode_audio(data: bytes, type_name: str) -> Sound:
    """Decode one serialised message of 16 bits a sample by itself; raises as `SoundDecoder.decode`.

    Of a type that does not say its rate and channels, the rate is 0 and there is one channel.
    """
    decoder = SoundDecoder(type_name)
    sound = decoder.decode(data)
    _check_samples(sound.samples)
    return sound if decoder.says_all else sound._replace(rate_hz=0)


def _head(message: Any) -> tuple[int, str]:
    stamp = message.header.stamp
    if not (stamp.sec >= 0 and 0 <= stamp.nanosec < 1_000_000_000):
        raise MessageError(f'stamp {stamp.sec} s {stamp.nanosec} ns is no time', 'stamp')
    return stamp.sec * 1_000_000_000 + stamp.nanosec, message.header.frame_id


def _check_samples(samples: NDArray[np.float32]) -> None:
    if not len(samples):
        raise MessageError('the message holds no sample', 'empty')
    _check_values(samples)


def _check_values(samples: NDArray[np.float32]) -> None:
    greatest = float(np.abs(samples).max(initial=0))
    if greatest <= _LOUDEST:
        return
    if not np.isfinite(greatest):
        raise MessageError('a sample is NaN or infinite', 'non_finite')
    raise MessageError(
        f'samples reach {greatest:.3g} times full scale, which is no sound; floats must lie in '
        '[-1, 1]',
        'implausible',
    )
