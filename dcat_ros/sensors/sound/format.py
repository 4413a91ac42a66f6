"""How raw sound lies in bytes, and audio_common_msgs/AudioInfo of ros-drivers, which says it."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import MessageError

if TYPE_CHECKING:
    from rosbags.typesys.store import Typestore

__all__ = [
    'AUDIO_INFO_TYPE',
    'MAX_CHANNELS',
    'MAX_RATE_HZ',
    'S16LE',
    'AudioInfo',
    'SampleFormat',
    'decode_audio_info',
    'find_format',
]

AUDIO_INFO_TYPE = 'audio_common_msgs/msg/AudioInfo'
MAX_RATE_HZ = 768_000
MAX_CHANNELS = 64

#: GStreamer's names, which audio_capture of ros-drivers uses: S16LE, F32BE, U8, S24_32LE …
_NAME = re.compile(r'([SUF])(8|16|24|32|64)(_32)?(LE|BE)?')
#: What a coding is called whose samples are raw.
_RAW = ('', 'wave', 'wav', 'raw', 'pcm')


@cache
def _store() -> 'Typestore':
    """The type of audio_info; rosbags is imported here, for nodes of other sensors import this."""
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    store.register(
        get_types_from_msg(
            'uint8 channels\nuint32 sample_rate\nstring sample_format\nuint32 bitrate\n'
            'string coding_format',
            AUDIO_INFO_TYPE,
        )
    )
    return store


class SampleFormat(NamedTuple):
    """A sample in memory.

    Attributes:
        kind: 'S' signed, 'U' unsigned with silence in the middle, 'F' float.
        bits: of the value.
        width: bytes of a sample.
        order: '<' or '>'.
    """

    kind: str
    bits: int
    width: int
    order: str

    def samples(self, raw: bytes) -> NDArray[np.float32]:
        """Whole samples (n,); integers in [-1, 1], floats as they are."""
        if self.kind == 'F':
            with np.errstate(over='ignore'):
                return np.frombuffer(raw, f'{self.order}f{self.width}').astype(np.float32)
        if self.bits == 24:
            values = self._of_24_bits(raw)
        else:
            values = np.frombuffer(raw, f'{self.order}u{self.width}').astype(np.int64)
        half = 1 << (self.bits - 1)
        # of a signed one the greatest bit counts negative
        values = (values ^ half) - half if self.kind == 'S' else values - half
        return (values / half).astype(np.float32)

    def _of_24_bits(self, raw: bytes) -> NDArray[np.int64]:
        """The low 24 bits; numpy has no type of three bytes."""
        rows = np.frombuffer(raw, np.uint8).reshape(-1, self.width).astype(np.int64)
        if self.order == '>':
            rows = rows[:, ::-1]
        return np.asarray(rows[:, 0] | rows[:, 1] << 8 | rows[:, 2] << 16, np.int64)


S16LE = SampleFormat('S', 16, 2, '<')


def find_format(name: str) -> SampleFormat | None:
    """The format of a name such as S16LE; None if it is not known."""
    found = _NAME.fullmatch(name.strip().upper())
    if found is None:
        return None
    kind, bits, padded, order = found[1], int(found[2]), bool(found[3]), found[4]
    if (
        bits not in ((32, 64) if kind == 'F' else (8, 16, 24, 32))
        or (padded and bits != 24)
        or (order is None) != (bits == 8)
    ):
        return None
    return SampleFormat(kind, bits, 4 if padded else bits // 8, '>' if order == 'BE' else '<')


class AudioInfo(NamedTuple):
    """What audio_info says of the sound on the topic beside it.

    Attributes:
        channels: interleaved.
        rate_hz: samples a second.
        sample_format: such as S16LE.
        coding_format: 'wave', or a codec such as mp3.
    """

    channels: int
    rate_hz: int
    sample_format: str
    coding_format: str

    @property
    def format(self) -> SampleFormat:
        """Of the samples.

        Raises:
            MessageError: with `reason` 'encoding': they are compressed, or in a format that is not
                known.
        """
        if self.coding_format.strip().lower() not in _RAW:
            raise MessageError(
                f'audio_info says that the sound is coded as {self.coding_format[:20]!r}; start '
                'its publisher with format:=wave',
                'encoding',
            )
        # a publisher that leaves it out has one format, that of audio_capture
        found = find_format(self.sample_format or 'S16LE')
        if found is None:
            raise MessageError(
                f'audio_info says that samples are {self.sample_format[:20]!r}, which is not '
                'known; start their publisher with sample_format:=S16LE',
                'encoding',
            )
        return found


def decode_audio_info(data: bytes) -> AudioInfo:
    """Decode one serialised AudioInfo of ros-drivers.

    What its words mean is asked when it is used: `AudioInfo.format`.

    Raises:
        MessageError: with `reason` 'truncated', 'rate' or 'channels'.
    """
    try:
        message: Any = _store().deserialize_cdr(data, AUDIO_INFO_TYPE)
    except Exception as problem:  # the library raises whatever the bytes lead it to
        raise MessageError(
            f'{AUDIO_INFO_TYPE} of {len(data)} bytes cannot be read as that of ros-drivers: '
            f'{type(problem).__name__}',
            'truncated',
        ) from None
    if not 0 < message.sample_rate <= MAX_RATE_HZ:
        raise MessageError(f'audio_info says {message.sample_rate} Hz, which is no rate', 'rate')
    if not 0 < message.channels <= MAX_CHANNELS:
        raise MessageError(
            f'audio_info says {message.channels} channels, which cannot be', 'channels'
        )
    return AudioInfo(
        message.channels, message.sample_rate, message.sample_format, message.coding_format
    )
