"""std_msgs/String from its serialised bytes."""

from struct import error, unpack_from

from dcat_ros.errors import MessageError
from dcat_ros.messages.cdr import byte_order

__all__ = ['decode_string']


def decode_string(data: bytes) -> str:
    """Decode one serialised std_msgs/String.

    Raises:
        MessageError: with `reason` 'truncated' or 'encoding'.
    """
    order, _ = byte_order(data)
    try:
        (length,) = unpack_from(f'{order}I', data, 4)
        (raw,) = unpack_from(f'{length}s', data, 8)
    except (error, OverflowError, MemoryError):
        raise MessageError(f'String message of {len(data)} bytes is cut off', 'truncated') from None
    try:
        return str(raw.split(b'\x00', 1)[0], 'utf-8')
    except UnicodeDecodeError:
        raise MessageError('String message is not UTF-8', 'encoding') from None
