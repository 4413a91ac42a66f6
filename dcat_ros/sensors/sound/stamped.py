"""audio_common_msgs/AudioStamped of mgonzs13, which says all of its sound in each message.

Its AudioData is a list of arrays of which one is filled. Since version 2.1 the one for 24 bits is
no more, and bytes of the one layout are nonsense in the other. A bag's definition tells which it
is; a subscription gives no definition, and then that one is taken whose arrays fill the message.
"""

import re
from struct import error, unpack_from
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import MessageError
from dcat_ros.messages.cdr import Head, read_head
from dcat_ros.sensors.sound.format import MAX_CHANNELS, MAX_RATE_HZ

__all__ = ['LAYOUTS', 'StampedSound', 'layout_of', 'read_audio_stamped']

#: field -> (its type in a definition, numpy's, what a value is divided by)
_FIELDS = {
    'float32_data': ('float32', 'f4', 1.0),
    'int32_data': ('int32', 'i4', 2.0**31),
    'int24_data': ('int32', 'i4', 2.0**23),
    'int16_data': ('int16', 'i2', 2.0**15),
    'int8_data': ('int8', 'i1', 2.0**7),
    'uint8_data': ('uint8', 'u1', 2.0**7),
}
Layout = tuple[str, ...]
#: Before 2.1, and since.
LAYOUTS: tuple[Layout, ...] = (
    tuple(_FIELDS),
    tuple(field for field in _FIELDS if field != 'int24_data'),
)
#: What IDL calls the types; octet and char are those of other compilers.
_IDL = {'float': 'float32', 'long': 'int32', 'short': 'int16', 'octet': 'uint8', 'char': 'int8'}
_IN_MSG = re.compile(r'^\s*(\w+)\[\]\s+(\w+_data)\s*$')
_IN_IDL = re.compile(r'sequence\s*<\s*(\w+)\s*>\s+(\w+_data)\s*;')


class StampedSound(NamedTuple):
    """A message's sound: header, rate in Hz, and samples (n, channels) in [-1, 1]."""

    stamp_ns: int
    frame_id: str
    rate_hz: int
    samples: NDArray[np.float32]


class _Read(NamedTuple):
    field: str
    values: NDArray[np.generic]
    channels: int
    rate_hz: int
    chunk: int
    filled: int  # number of arrays that hold something


def layout_of(definition: str) -> Layout | None:
    """The arrays of AudioData in the order that a definition gives them.

    Args:
        definition: text of AudioStamped as a bag holds it, in the language of .msg or IDL.

    Returns:
        None where it does not define AudioData, or not as arrays that are known.
    """
    found: list[tuple[str, str]] = []
    for line in definition.splitlines():
        plain = line.split('#')[0].split('//')[0]
        if match := _IN_MSG.match(plain):
            found.append((match[1], match[2]))
        found += [(_IDL.get(kind, kind), name) for kind, name in _IN_IDL.findall(plain)]
    names = tuple(name for _, name in found)
    known = all(name in _FIELDS and _FIELDS[name][0] == kind for kind, name in found)
    return names if known and names and len(set(names)) == len(names) else None


def read_audio_stamped(data: bytes, layout: Layout | None = None) -> StampedSound:
    """Decode one serialised AudioStamped.

    Args:
        data: the CDR bytes.
        layout: of AudioData; None: the one that the bytes allow.

    Raises:
        MessageError: with `reason` 'truncated' (the bytes are none of the layout), 'encoding',
            'stamp', 'rate', 'channels' or 'odd'.
    """
    head = read_head(data)
    reads = [
        read
        for one in (LAYOUTS if layout is None else (layout,))
        if (read := _walk(data, head, one)) is not None
    ]
    if not reads:
        raise MessageError(
            f'AudioStamped of {len(data)} bytes cannot be read: they are no arrays of sound as '
            'audio_common_msgs of mgonzs13 has them',
            'truncated',
        )
    read = max(reads, key=_plausible)
    if not 0 < read.rate_hz <= MAX_RATE_HZ:
        raise MessageError(f'a rate of {read.rate_hz} Hz is none', 'rate')
    if not 0 < read.channels <= MAX_CHANNELS:
        raise MessageError(f'{read.channels} channels are none', 'channels')
    if len(read.values) % read.channels:
        raise MessageError(
            f'{len(read.values)} values are no whole samples of {read.channels} channels', 'odd'
        )
    values = read.values.astype(np.float32)
    if read.field == 'uint8_data':
        values -= 128
    if read.field:
        values /= np.float32(_FIELDS[read.field][2])
    samples = values.reshape(-1, read.channels)
    return StampedSound(head.stamp_ns, head.frame_id, read.rate_hz, samples)


def _walk(data: bytes, head: Head, layout: Layout) -> _Read | None:
    """The arrays and numbers of a layout; None unless they fill the message."""
    at, field, filled = head.body, '', 0
    values = np.zeros(0, np.float32)
    try:
        for name in layout:
            at = _aligned(at)
            (n,) = unpack_from(f'{head.byte_order}I', data, at)
            kind = np.dtype(head.byte_order + _FIELDS[name][1])
            at += 4
            if n:
                values = np.frombuffer(data, kind, n, at)
                field, filled = name, filled + 1
                at += n * kind.itemsize
        at = _aligned(at)
        _, channels, rate_hz, chunk = unpack_from(f'{head.byte_order}4i', data, at)
    except (error, ValueError, OverflowError):
        return None
    if len(data) - at - 16 > 3:  # a writer may fill up to four bytes
        return None
    return _Read(field, values, channels, rate_hz, chunk, filled)


def _plausible(read: _Read) -> tuple[bool, bool, bool]:
    """How much a reading looks like what an audio driver says."""
    return (
        0 < read.rate_hz <= MAX_RATE_HZ and 0 < read.channels <= MAX_CHANNELS,
        read.filled == 1,
        len(read.values) == read.chunk * read.channels,
    )


def _aligned(offset: int) -> int:
    """Next place of a 4-byte number; alignment counts from the end of the encapsulation."""
    return offset + -(offset - 4) % 4
