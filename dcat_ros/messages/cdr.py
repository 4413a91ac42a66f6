"""Reading the head of a CDR-serialised message (OMG DDS-XTypes 1.3, section 7.4).

A bag holds messages as these bytes, and a raw subscription receives the same bytes.
"""

from dataclasses import dataclass
from struct import Struct, error, unpack_from

from dcat_ros.errors import MessageError

__all__ = ['Head', 'byte_order', 'read_head']

#: what a message begins with that a recorder compressed; no CDR does
_ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'
_STAMP = {'<': Struct('<iII'), '>': Struct('>iII')}

#: representation identifier -> (byte order, greatest alignment)
_ENCAPSULATIONS = {
    b'\x00\x00': ('>', 8),  # CDR, big endian
    b'\x00\x01': ('<', 8),  # CDR, little endian
    b'\x00\x06': ('>', 4),  # plain CDR2: 8-byte numbers are aligned to 4
    b'\x00\x07': ('<', 4),
}


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a message that starts with a std_msgs/Header.

    Attributes:
        byte_order: '<' or '>', as struct writes it.
        stamp_ns: header.stamp in nanoseconds; 0 if the sender left it empty.
        frame_id: header.frame_id.
        body: offset in bytes of the first field after the header, before any padding.
        max_align: the greatest alignment of a primitive, 8 or 4 bytes.
    """

    byte_order: str
    stamp_ns: int
    frame_id: str
    body: int
    max_align: int


def byte_order(data: bytes) -> tuple[str, int]:
    """Byte order ('<' or '>') and greatest alignment that a message's encapsulation tells.

    Raises:
        MessageError: the bytes are too few, or not CDR; `reason` is 'truncated' or 'encoding'.
    """
    try:
        return _ENCAPSULATIONS[bytes(data[:2])]
    except KeyError:
        if len(data) < 4:
            raise MessageError(f'message of {len(data)} bytes is too short', 'truncated') from None
        if data[:4] == _ZSTD_MAGIC:
            raise MessageError(
                'message is compressed (zstd) and could not be decompressed, for it is damaged or '
                'very large; `ros2 bag reindex` does not help, `ros2 bag convert` writes a bag '
                'without compression',
                'encoding',
            ) from None
        raise MessageError(
            f'message starts with {bytes(data[:2]).hex()}, which is no plain CDR encapsulation',
            'encoding',
        ) from None


def read_head(data: bytes) -> Head:
    """Read the encapsulation and the std_msgs/Header at the start of a serialised message.

    Raises:
        MessageError: the bytes are too few, or not CDR; `reason` is 'truncated' or 'encoding'.
    """
    order, max_align = byte_order(data)
    try:
        sec, nanosec, length = _STAMP[order].unpack_from(data, 4)
        # length counts the closing NUL; some writers send 0 for an empty string
        (raw,) = unpack_from(f'{length}s', data, 16)
    except (error, OverflowError, MemoryError):
        raise MessageError(
            f'message of {len(data)} bytes ends inside its header', 'truncated'
        ) from None
    if nanosec >= 1_000_000_000 or sec < 0:
        raise MessageError(f'stamp {sec} s {nanosec} ns is no time', 'stamp')
    frame_id = raw.split(b'\x00', 1)[0].decode('utf-8', 'replace')
    return Head(order, sec * 1_000_000_000 + nanosec, frame_id, 16 + length, max_align)
