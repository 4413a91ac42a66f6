"""Compressed pictures: JPEG, PNG, and the compressedDepth of ROS."""

from collections.abc import Callable
from struct import error, unpack_from

import cv2
import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import MessageError

__all__ = ['decompress']

Pixels = NDArray[np.generic]

_PNG = b'\x89PNG\r\n\x1a\n'
_JPEG = b'\xff\xd8'
#: int32 format, float quantisation a, float quantisation b (image_transport_plugins)
_DEPTH_HEADER = 12
#: Start-of-frame markers of JPEG: C0 to CF but for DHT (C4), JPG (C8), DAC (CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def decompress(
    data: bytes, name: str, check_size: Callable[[int, int], None]
) -> tuple[Pixels, bool]:
    """Pixels of a CompressedImage's data.

    Args:
        data: its field `data`.
        name: its field `format`, such as 'jpeg', 'bgr8; png compressed ', '16UC1;
            compressedDepth png'.
        check_size: raises for a width and height that are refused; called before anything is
            unpacked, since a few bytes may claim to be a gigapixel.

    Returns:
        (H, W, 3) uint8, red first; (H, W) uint8; (H, W) uint16 in mm; or (H, W) float32. And
        whether they are metres.

    Raises:
        MessageError: with `reason` 'corrupt', 'encoding' or what `check_size` raises.
    """
    if 'compressedDepth' not in name:
        return _unpack(data, name, check_size), False
    if 'rvl' in name.lower():
        raise MessageError('compressedDepth by RVL is not known; set its format to png', 'encoding')
    if len(data) <= _DEPTH_HEADER:
        raise MessageError(f'compressedDepth of {len(data)} bytes is cut off', 'truncated')
    _, a, b = unpack_from('<iff', data)
    pixels = _unpack(data[_DEPTH_HEADER:], name, check_size)
    if pixels.dtype != np.uint16:
        raise MessageError('compressedDepth holds no picture of 16 bits', 'corrupt')
    if not name.startswith('32FC1'):
        return pixels, False
    # inverse depth: metres = a / (value - b), 0 stands for no reading
    with np.errstate(divide='ignore', invalid='ignore', over='ignore'):
        metres = np.float32(a) / (pixels.astype(np.float32) - np.float32(b))
    return np.where(pixels == 0, np.float32('nan'), metres).astype(np.float32), True


def _unpack(data: bytes, name: str, check_size: Callable[[int, int], None]) -> Pixels:
    if data.startswith(_PNG):
        size = _png_size(data)
    elif data.startswith(_JPEG):
        size = _jpeg_size(data)
    else:
        raise MessageError(
            f'compressed image {name[:40]!r} is neither JPEG nor PNG (it starts with '
            f'{data[:4].hex() or "nothing"})',
            'encoding',
        )
    if size is None:
        raise MessageError('compressed image is cut off before its size', 'corrupt')
    check_size(*size)
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as problem:
        raise MessageError(f'compressed image cannot be read: {problem.err}', 'corrupt') from None
    if pixels is None:
        raise MessageError('compressed image cannot be read', 'corrupt')
    if pixels.ndim == 2:
        return np.asarray(pixels)
    if pixels.dtype != np.uint8:  # colour of 16 bits
        pixels = (pixels // 256).astype(np.uint8)
    code = cv2.COLOR_BGRA2RGB if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(pixels, code))


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in the first chunk; None if it is cut off."""
    try:
        width, height = unpack_from('>II', data, 16)
    except error:
        return None
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in the first frame header (ITU T.81, B.2.2); None if there is none."""
    at = 2
    try:
        while True:
            marker, kind, length = unpack_from('>BBH', data, at)
            if marker != 0xFF or length < 2:
                return None
            if kind in _FRAMES:
                height, width = unpack_from('>HH', data, at + 5)
                return width, height
            at += 2 + length
    except error:
        return None
