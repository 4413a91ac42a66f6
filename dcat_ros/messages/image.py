"""sensor_msgs/Image and CompressedImage from their serialised bytes, without cv_bridge."""

from collections.abc import Callable
from struct import Struct, error, unpack_from
from typing import NamedTuple

import numpy as np

from dcat_ros.doubt import Doubt
from dcat_ros.errors import MessageError
from dcat_ros.messages.cdr import read_head
from dcat_ros.messages.compressed import decompress
from dcat_ros.messages.encodings import Encoding, Kind, Pixels, find_encoding, millimetres

__all__ = [
    'COMPRESSED_IMAGE_TYPE',
    'IMAGE_TYPE',
    'MAX_PIXELS',
    'Picture',
    'UnreadPicture',
    'decode_compressed_image',
    'decode_image',
    'is_depth',
    'read_compressed_image',
    'read_image',
]

IMAGE_TYPE = 'sensor_msgs/msg/Image'
COMPRESSED_IMAGE_TYPE = 'sensor_msgs/msg/CompressedImage'

#: A picture with more is refused: no robot's camera has them, and memory must be bounded.
MAX_PIXELS = 50_000_000
_RAW_ROWS = 64


class Picture(NamedTuple):
    """One frame of a camera.

    Attributes:
        stamp_ns: header stamp in nanoseconds; 0 if the sender left it empty.
        frame_id: the camera's optical frame.
        kind: what the pixels are.
        pixels: 'colour': (H, W, 3) uint8, red first; 'grey': (H, W) uint8; 'depth': (H, W) uint16
            in mm, 0 for no reading.
        raw: of depth, some whole rows as the message has them, in mm if they are integers and in
            m if not: what is not plausible may be gone from `pixels`.
    """

    stamp_ns: int
    frame_id: str
    kind: Kind
    pixels: Pixels
    raw: Pixels | None = None


class UnreadPicture(NamedTuple):
    """A message whose structure is checked, and whose pixels are made when somebody needs them.

    Attributes:
        stamp_ns: header stamp in nanoseconds; 0 if the sender left it empty.
        frame_id: the camera's optical frame.
        encoding: of the pixels, or the format of compressed ones; for people.
        make: makes kind, pixels and raw rows; raises MessageError.
        doubt: what is to be said of an encoding that is no standard for depth.
    """

    stamp_ns: int
    frame_id: str
    encoding: str
    make: Callable[[], tuple[Kind, Pixels, Pixels | None]]
    doubt: Doubt | None = None

    def picture(self) -> Picture:
        """The frame with its pixels.

        Raises:
            MessageError: with `reason` 'corrupt': compressed data cannot be read.
        """
        return Picture(self.stamp_ns, self.frame_id, *self.make())


_SIZE = {order: Struct(f'{order}III') for order in '<>'}
_STEP = {order: Struct(f'{order}II') for order in '<>'}


def decode_image(data: bytes) -> Picture:
    """Decode one serialised sensor_msgs/Image; raises as `read_image`."""
    return read_image(data).picture()


def read_image(data: bytes, wants_depth: bool = False) -> UnreadPicture:
    """Check one serialised sensor_msgs/Image, without a copy of its pixels.

    Args:
        data: the CDR bytes as a bag or a raw subscription gives them.
        wants_depth: whether it is a depth camera's: then mono16 is depth in mm, not grey.

    Raises:
        MessageError: with `reason` 'truncated', 'encoding' (no plain CDR, or an image encoding that
            is not known), 'stamp', 'size' (no pixels, too many, or an odd width where two pixels
            share their colour) or 'step' (rows shorter than the width needs).
    """
    head = read_head(data)
    order = head.byte_order
    at = _aligned(head.body)
    try:
        height, width, length = _SIZE[order].unpack_from(data, at)
        (name,) = unpack_from(f'{length}s', data, at + 12)
        (is_bigendian,) = unpack_from('B', data, at + 12 + length)
        after = _aligned(at + 13 + length)
        step, n_bytes = _STEP[order].unpack_from(data, after)
    except (error, OverflowError, MemoryError):
        raise MessageError(
            f'Image message of {len(data)} bytes ends before its pixels', 'truncated'
        ) from None
    encoding = name.split(b'\x00', 1)[0].decode('utf-8', 'replace')
    found, doubt = find_encoding(encoding, wants_depth)
    _check_size(width, height)
    if found.even and (width % 2 or (found.rows != 1 and height % 2)):
        raise MessageError(f'a {encoding} image of {width} x {height} pixels is odd', 'size')
    body = memoryview(data)[after + 8 : after + 8 + n_bytes]
    _check_bytes(body, width, height, step, encoding, found)
    order = '>' if is_bigendian else '<'

    def make() -> tuple[Kind, Pixels, Pixels | None]:
        values = _rows(body, width, height, step, found, order)
        return found.kind, found.convert(values), _some_rows(found.kind, values)

    return UnreadPicture(head.stamp_ns, head.frame_id, encoding, make, doubt)


def decode_compressed_image(data: bytes) -> Picture:
    """Decode one serialised sensor_msgs/CompressedImage; raises as `read_compressed_image`."""
    return read_compressed_image(data).picture()


def read_compressed_image(data: bytes) -> UnreadPicture:
    """Check one serialised sensor_msgs/CompressedImage: JPEG, PNG, or compressedDepth.

    Args:
        data: the CDR bytes as a bag or a raw subscription gives them.

    Raises:
        MessageError: with `reason` 'truncated' or 'stamp'; and from `picture()` 'encoding', 'size'
            or 'corrupt' (the compressed data cannot be read).
    """
    head = read_head(data)
    order = head.byte_order
    at = _aligned(head.body)
    try:
        (length,) = unpack_from(f'{order}I', data, at)
        (name,) = unpack_from(f'{length}s', data, at + 4)
        after = _aligned(at + 4 + length)
        (n_bytes,) = unpack_from(f'{order}I', data, after)
        (body,) = unpack_from(f'{n_bytes}s', data, after + 4)
    except (error, OverflowError, MemoryError):
        raise MessageError(
            f'CompressedImage message of {len(data)} bytes is cut off', 'truncated'
        ) from None
    encoding = name.split(b'\x00', 1)[0].decode('utf-8', 'replace')

    def make() -> tuple[Kind, Pixels, Pixels | None]:
        pixels, is_metres = decompress(body, encoding, _check_size)
        if is_metres:
            return 'depth', millimetres(pixels), _some_rows('depth', pixels)
        if pixels.dtype == np.uint16:
            return 'depth', pixels, _some_rows('depth', pixels)
        return 'grey' if pixels.ndim == 2 else 'colour', pixels, None

    return UnreadPicture(head.stamp_ns, head.frame_id, encoding, make)


def is_depth(topic: str, type_name: str, data: bytes | None = None) -> bool:
    """Whether pictures are depth: by one of them, or by the name of their topic alone.

    Args:
        topic: its name; that of a driver for colour says so.
        type_name: of the messages.
        data: the CDR bytes of one; None where none is at hand.
    """
    compressed = type_name == COMPRESSED_IMAGE_TYPE
    name = topic.lower()
    by_name = 'depth' in name or not any(word in name for word in ('color', 'colour', 'rgb'))
    if data is None:
        return by_name
    try:
        unread = read_compressed_image(data) if compressed else read_image(data)
        if not compressed:  # the name of the encoding says it
            found, _ = find_encoding(unread.encoding, wants_depth=by_name)
            return found.kind == 'depth'
        if 'compressedDepth' in unread.encoding:
            return True
        return unread.picture().kind == 'depth'
    except MessageError:
        return by_name


def _aligned(offset: int) -> int:
    """Next place of a 4-byte number; alignment counts from the end of the encapsulation."""
    return offset + -(offset - 4) % 4


def _check_size(width: int, height: int) -> None:
    if not 0 < width * height <= MAX_PIXELS:
        raise MessageError(
            f'an image of {width} x {height} pixels is none; up to {MAX_PIXELS} are taken', 'size'
        )


def _check_bytes(
    body: memoryview, width: int, height: int, step: int, name: str, encoding: Encoding
) -> None:
    """Whether rows of this step hold the pixels, and all of them came."""
    n_rows, row = encoding.layout(width, height)
    if step < row:
        raise MessageError(
            f'step is {step} bytes, and a row of {width} {name} pixels has {row}', 'step'
        )
    needed = step * (n_rows - 1) + row  # some senders leave out the padding of the last row
    if len(body) < needed:
        raise MessageError(
            f'{width} x {height} {name} pixels with a step of {step} are {needed} bytes, and '
            f'{len(body)} came',
            'truncated',
        )


def _rows(
    body: memoryview, width: int, height: int, step: int, encoding: Encoding, order: str
) -> Pixels:
    """The values without the padding of the rows: (rows, W), or (rows, W, channels)."""
    n_rows, row = encoding.layout(width, height)
    kind = np.dtype(order + encoding.dtype)
    channels = encoding.channels
    whole = np.frombuffer(body, np.uint8, count=step * (n_rows - 1) + row)
    # no copy: rows of the message, without their padding
    rows = np.lib.stride_tricks.as_strided(whole, (n_rows, row), (step, 1), writeable=False)
    values = np.ascontiguousarray(rows).view(kind).astype(kind.newbyteorder('='), copy=False)
    return values if channels == 1 else values.reshape(n_rows, width, channels)


def _some_rows(kind: Kind, values: Pixels) -> Pixels | None:
    """Up to 64 rows of depth; a copy, so that the message need not be kept for them."""
    return values[:: -(-len(values) // _RAW_ROWS)].copy() if kind == 'depth' else None
