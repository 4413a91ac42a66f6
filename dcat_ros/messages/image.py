"""sensor_msgs/Image and CompressedImage from their serialised bytes, without cv_bridge."""

from collections.abc import Callable
from struct import Struct, error, unpack_from
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import MessageError
from dcat_ros.messages.cdr import read_head
from dcat_ros.messages.compressed import decompress

__all__ = [
    'COMPRESSED_IMAGE_TYPE',
    'IMAGE_TYPE',
    'MAX_PIXELS',
    'Picture',
    'UnreadPicture',
    'decode_compressed_image',
    'decode_image',
    'read_compressed_image',
    'read_image',
]

IMAGE_TYPE = 'sensor_msgs/msg/Image'
COMPRESSED_IMAGE_TYPE = 'sensor_msgs/msg/CompressedImage'

#: A picture with more is refused: no robot's camera has them, and memory must be bounded.
MAX_PIXELS = 50_000_000

Kind = Literal['colour', 'grey', 'depth']
Pixels = NDArray[np.generic]


class Picture(NamedTuple):
    """One frame of a camera.

    Attributes:
        stamp_ns: header stamp in nanoseconds; 0 if the sender left it empty.
        frame_id: the camera's optical frame.
        kind: what the pixels are.
        pixels: 'colour': (H, W, 3) uint8, red first; 'grey': (H, W) uint8; 'depth': (H, W) uint16
            in mm, 0 for no reading.
    """

    stamp_ns: int
    frame_id: str
    kind: Kind
    pixels: Pixels


class UnreadPicture(NamedTuple):
    """A message whose structure is checked, and whose pixels are made when somebody needs them.

    Attributes:
        stamp_ns: header stamp in nanoseconds; 0 if the sender left it empty.
        frame_id: the camera's optical frame.
        encoding: of the pixels, or the format of compressed ones; for people.
        make: makes kind and pixels; raises MessageError.
    """

    stamp_ns: int
    frame_id: str
    encoding: str
    make: Callable[[], tuple[Kind, Pixels]]

    def picture(self) -> Picture:
        """The frame with its pixels.

        Raises:
            MessageError: with `reason` 'corrupt': compressed data cannot be read.
        """
        return Picture(self.stamp_ns, self.frame_id, *self.make())


class _Encoding(NamedTuple):
    """How a sensor_msgs encoding lies in memory, and what becomes of it.

    Attributes:
        kind: of the picture.
        dtype: of a value.
        channels: values of a pixel.
        convert: from rows of pixels to what `Picture` wants.
        rows: rows of memory for each row of pixels.
    """

    kind: Kind
    dtype: str
    channels: int
    convert: Callable[[Pixels], Pixels]
    rows: float = 1.0


def _by(code: int) -> Callable[[Pixels], Pixels]:
    return lambda pixels: np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), code))


def _as_it_is(pixels: Pixels) -> Pixels:
    return pixels


def _eight_bits(pixels: Pixels) -> Pixels:
    return (pixels.astype(np.uint16) // 256).astype(np.uint8)


def _millimetres(metres: Pixels) -> Pixels:
    """0 for NaN, infinite, negative, and what 16 bits cannot hold."""
    with np.errstate(over='ignore', invalid='ignore'):
        mm = metres.astype(np.float32) * np.float32(1000)
    return np.where((mm >= 0.5) & (mm < 65535.5), np.round(np.nan_to_num(mm)), 0).astype(np.uint16)


# OpenCV names a Bayer pattern by the second row's second and third pixel, ROS by the first two rows
_ENCODINGS = {
    'rgb8': _Encoding('colour', 'u1', 3, _as_it_is),
    'bgr8': _Encoding('colour', 'u1', 3, _by(cv2.COLOR_BGR2RGB)),
    'rgba8': _Encoding('colour', 'u1', 4, _by(cv2.COLOR_RGBA2RGB)),
    'bgra8': _Encoding('colour', 'u1', 4, _by(cv2.COLOR_BGRA2RGB)),
    'mono8': _Encoding('grey', 'u1', 1, _as_it_is),
    'mono16': _Encoding('grey', 'u2', 1, _eight_bits),
    'yuv422': _Encoding('colour', 'u1', 2, _by(cv2.COLOR_YUV2RGB_UYVY)),
    'yuv422_yuy2': _Encoding('colour', 'u1', 2, _by(cv2.COLOR_YUV2RGB_YUY2)),
    'nv12': _Encoding('colour', 'u1', 1, _by(cv2.COLOR_YUV2RGB_NV12), rows=1.5),
    'bayer_rggb8': _Encoding('colour', 'u1', 1, _by(cv2.COLOR_BayerBG2RGB)),
    'bayer_bggr8': _Encoding('colour', 'u1', 1, _by(cv2.COLOR_BayerRG2RGB)),
    'bayer_gbrg8': _Encoding('colour', 'u1', 1, _by(cv2.COLOR_BayerGR2RGB)),
    'bayer_grbg8': _Encoding('colour', 'u1', 1, _by(cv2.COLOR_BayerGB2RGB)),
    '16UC1': _Encoding('depth', 'u2', 1, _as_it_is),
    '32FC1': _Encoding('depth', 'f4', 1, _millimetres),
}
_EVEN = ('yuv422', 'yuv422_yuy2', 'nv12')  # two pixels share their colour
_SIZE = {order: Struct(f'{order}III') for order in '<>'}
_STEP = {order: Struct(f'{order}II') for order in '<>'}


def decode_image(data: bytes) -> Picture:
    """Decode one serialised sensor_msgs/Image; raises as `read_image`."""
    return read_image(data).picture()


def read_image(data: bytes) -> UnreadPicture:
    """Check one serialised sensor_msgs/Image, without a copy of its pixels.

    Args:
        data: the CDR bytes as a bag or a raw subscription gives them.

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
    if encoding not in _ENCODINGS:
        raise MessageError(
            f'image encoding {encoding[:40]!r} is not known; there are {", ".join(_ENCODINGS)}',
            'encoding',
        )
    _check_size(width, height)
    if encoding in _EVEN and (width % 2 or (encoding == 'nv12' and height % 2)):
        raise MessageError(f'a {encoding} image of {width} x {height} pixels is odd', 'size')
    body = memoryview(data)[after + 8 : after + 8 + n_bytes]
    _check_bytes(body, width, height, step, encoding)
    order = '>' if is_bigendian else '<'
    found = _ENCODINGS[encoding]

    def make() -> tuple[Kind, Pixels]:
        return found.kind, found.convert(_rows(body, width, height, step, encoding, order))

    return UnreadPicture(head.stamp_ns, head.frame_id, encoding, make)


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

    def make() -> tuple[Kind, Pixels]:
        pixels, is_metres = decompress(body, encoding, _check_size)
        if is_metres:
            return 'depth', _millimetres(pixels)
        if pixels.dtype == np.uint16:
            return 'depth', pixels
        return 'grey' if pixels.ndim == 2 else 'colour', pixels

    return UnreadPicture(head.stamp_ns, head.frame_id, encoding, make)


def _aligned(offset: int) -> int:
    """Next place of a 4-byte number; alignment counts from the end of the encapsulation."""
    return offset + -(offset - 4) % 4


def _check_size(width: int, height: int) -> None:
    if not 0 < width * height <= MAX_PIXELS:
        raise MessageError(
            f'an image of {width} x {height} pixels is none; up to {MAX_PIXELS} are taken', 'size'
        )


def _check_bytes(body: memoryview, width: int, height: int, step: int, encoding: str) -> None:
    """Whether rows of this step hold the pixels, and all of them came."""
    n_rows, row = _layout(width, height, encoding)
    if step < row:
        raise MessageError(
            f'step is {step} bytes, and a row of {width} {encoding} pixels has {row}', 'step'
        )
    needed = step * (n_rows - 1) + row  # some senders leave out the padding of the last row
    if len(body) < needed:
        raise MessageError(
            f'{width} x {height} {encoding} pixels with a step of {step} are {needed} bytes, and '
            f'{len(body)} came',
            'truncated',
        )


def _layout(width: int, height: int, encoding: str) -> tuple[int, int]:
    """Rows in memory, and bytes of one without padding."""
    _, dtype, channels, _, times = _ENCODINGS[encoding]
    return int(height * times), width * channels * np.dtype(dtype).itemsize


def _rows(
    body: memoryview, width: int, height: int, step: int, encoding: str, order: str
) -> Pixels:
    """The values without the padding of the rows: (rows, W), or (rows, W, channels)."""
    n_rows, row = _layout(width, height, encoding)
    kind = np.dtype(order + _ENCODINGS[encoding].dtype)
    channels = _ENCODINGS[encoding].channels
    whole = np.frombuffer(body, np.uint8, count=step * (n_rows - 1) + row)
    # no copy: rows of the message, without their padding
    rows = np.lib.stride_tricks.as_strided(whole, (n_rows, row), (step, 1), writeable=False)
    values = np.ascontiguousarray(rows).view(kind).astype(kind.newbyteorder('='), copy=False)
    return values if channels == 1 else values.reshape(n_rows, width, channels)
