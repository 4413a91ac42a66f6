"""Compressed pictures: JPEG, PNG, and the compressedDepth of ROS."""

from struct import unpack_from

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import MessageError
from dcat_ros.messages.container import CheckSize, read_container

__all__ = ['decompress']

Pixels = NDArray[np.generic]

#: int32 format, float quantisation a, float quantisation b (image_transport_plugins)
_DEPTH_HEADER = 12


def decompress(data: bytes, name: str, check_size: CheckSize) -> tuple[Pixels, bool]:
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
    metres = pixels.astype(np.float32)
    with np.errstate(divide='ignore', invalid='ignore', over='ignore'):
        metres -= np.float32(b)
        np.divide(np.float32(a), metres, out=metres)
    metres[pixels == 0] = np.float32('nan')
    return metres, True


def _unpack(data: bytes, name: str, check_size: CheckSize) -> Pixels:
    import cv2  # nodes of other sensors import this file, too

    container = read_container(data, name, check_size)
    try:
        pixels = cv2.imdecode(np.frombuffer(container.data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as problem:
        raise MessageError(f'compressed image cannot be read: {problem.err}', 'corrupt') from None
    if pixels is None:
        raise MessageError('compressed image cannot be read', 'corrupt')
    if pixels.shape[:2] != (container.height, container.width):
        raise MessageError(
            f'compressed image says {container.width} x {container.height} pixels, and has '
            f'{pixels.shape[1]} x {pixels.shape[0]}',
            'corrupt',
        )
    if pixels.ndim == 2:
        return np.asarray(pixels)
    if pixels.dtype != np.uint8:  # colour of 16 bits
        pixels = np.floor_divide(pixels, 256, out=pixels).astype(np.uint8)
    code = cv2.COLOR_BGRA2RGB if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(pixels, code))
