"""How the encodings of sensor_msgs/Image lie in memory, and what becomes of them."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import NOTE, Doubt
from dcat_ros.errors import MessageError

__all__ = ['Encoding', 'Kind', 'Pixels', 'find_encoding', 'millimetres']

Kind = Literal['colour', 'grey', 'depth']
Pixels = NDArray[np.generic]


class Encoding(NamedTuple):
    """How an encoding lies in memory, and what becomes of it.

    Attributes:
        kind: of the picture.
        dtype: of a value.
        channels: values of a pixel.
        convert: from rows of pixels to what `Picture` wants.
        rows: rows of memory for each row of pixels.
        even: whether two pixels share their colour.
    """

    kind: Kind
    dtype: str
    channels: int
    convert: Callable[[Pixels], Pixels]
    rows: float = 1.0
    even: bool = False

    def layout(self, width: int, height: int) -> tuple[int, int]:
        """Rows in memory, and bytes of one without padding."""
        return int(height * self.rows), width * self.channels * np.dtype(self.dtype).itemsize


def _by(code: str) -> Callable[[Pixels], Pixels]:
    def convert(pixels: Pixels) -> Pixels:
        import cv2  # nodes of other sensors import this file, too, and do without its 16 MB

        return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), getattr(cv2, code)))

    return convert


def _as_it_is(pixels: Pixels) -> Pixels:
    return pixels


def _eight_bits(pixels: Pixels) -> Pixels:
    return (pixels.astype(np.uint16) // 256).astype(np.uint8)


def millimetres(metres: Pixels) -> Pixels:
    """0 for NaN, infinite, negative, and what 16 bits cannot hold."""
    # in place, for the pictures of some cameras are large
    with np.errstate(over='ignore', invalid='ignore'):
        mm = metres.astype(np.float32)
        mm *= np.float32(1000)
        mm[~((mm >= 0.5) & (mm < 65535.5))] = 0
    return np.round(mm, out=mm).astype(np.uint16)


def _in_16_bits(mm: Pixels) -> Pixels:
    """0 for negative ones, and for what 16 bits cannot hold."""
    values = mm.astype(np.int64)
    return np.where((values > 0) & (values < 65536), values, 0).astype(np.uint16)


_BGR, _BGRA = _by('COLOR_BGR2RGB'), _by('COLOR_BGRA2RGB')
_UYVY = Encoding('colour', 'u1', 2, _by('COLOR_YUV2RGB_UYVY'), even=True)
_YUYV = Encoding('colour', 'u1', 2, _by('COLOR_YUV2RGB_YUY2'), even=True)
# OpenCV names a Bayer pattern by the second row's second and third pixel, ROS by the first two rows
_ENCODINGS = {
    'rgb8': Encoding('colour', 'u1', 3, _as_it_is),
    'bgr8': Encoding('colour', 'u1', 3, _BGR),
    'rgba8': Encoding('colour', 'u1', 4, _by('COLOR_RGBA2RGB')),
    'bgra8': Encoding('colour', 'u1', 4, _BGRA),
    '8UC3': Encoding('colour', 'u1', 3, _BGR),  # OpenCV's colours are blue first
    '8UC4': Encoding('colour', 'u1', 4, _BGRA),
    'mono8': Encoding('grey', 'u1', 1, _as_it_is),
    '8UC1': Encoding('grey', 'u1', 1, _as_it_is),
    'mono16': Encoding('grey', 'u2', 1, _eight_bits),
    'yuv422': _UYVY,
    'uyvy': _UYVY,
    'yuv422_yuy2': _YUYV,
    'yuyv': _YUYV,
    'nv12': Encoding('colour', 'u1', 1, _by('COLOR_YUV2RGB_NV12'), rows=1.5, even=True),
    'bayer_rggb8': Encoding('colour', 'u1', 1, _by('COLOR_BayerBG2RGB')),
    'bayer_bggr8': Encoding('colour', 'u1', 1, _by('COLOR_BayerRG2RGB')),
    'bayer_gbrg8': Encoding('colour', 'u1', 1, _by('COLOR_BayerGR2RGB')),
    'bayer_grbg8': Encoding('colour', 'u1', 1, _by('COLOR_BayerGB2RGB')),
    '16UC1': Encoding('depth', 'u2', 1, _as_it_is),
    '32FC1': Encoding('depth', 'f4', 1, millimetres),
    '16SC1': Encoding('depth', 'i2', 1, _in_16_bits),
    '32SC1': Encoding('depth', 'i4', 1, _in_16_bits),
    '64FC1': Encoding('depth', 'f8', 1, millimetres),
}
#: Drivers write them in either case.
_BY_LOWER = {name.lower(): name for name in _ENCODINGS}
#: Of a depth camera, the 16 bits of `mono16` are mm.
_DEPTH_MONO16 = Encoding('depth', 'u2', 1, _as_it_is)
_STANDARD_DEPTH = ('16UC1', '32FC1')


def find_encoding(given: str, wants_depth: bool) -> tuple[Encoding, Doubt | None]:
    """What an encoding's name means.

    Args:
        given: by the message.
        wants_depth: whether it is a depth camera's picture, which `mono16` leaves open.

    Returns:
        The encoding, and what is to be said of one that is no standard for depth.

    Raises:
        MessageError: with `reason` 'encoding'.
    """
    name = _BY_LOWER.get(given.lower(), '')
    if not name:
        raise MessageError(
            f'image encoding {given[:40]!r} is not known; there are {", ".join(_ENCODINGS)}',
            'encoding',
        )
    found = _DEPTH_MONO16 if name == 'mono16' and wants_depth else _ENCODINGS[name]
    if found.kind != 'depth' or not wants_depth or given in _STANDARD_DEPTH:
        return found, None
    unit = 'm' if found.convert is millimetres else 'mm'
    return found, Doubt(
        'encoding',
        f'pictures come as {given} and are taken as depth in {unit}; the standard (REP-118) is '
        '16UC1 for mm and 32FC1 for m',
        NOTE,
    )
