"""What a compressed picture says of itself, read before a decoder sees it.

A decoder allocates by what a file claims, and a hundred bytes may claim gigabytes. So the file is
walked by its own structure, and only what makes pixels is handed on.
"""

from collections.abc import Callable
from struct import error, unpack_from
from typing import NamedTuple

from dcat_ros.errors import MessageError

__all__ = ['MAX_BYTES', 'CheckSize', 'Container', 'read_container']

#: Raises for a width and height that are refused.
CheckSize = Callable[[int, int], None]

#: A picture whose pixels take more is refused: 12 megapixels of colour are less.
MAX_BYTES = 40 << 20

_PNG = b'\x89PNG\r\n\x1a\n'
_JPEG = b'\xff\xd8'
#: PNG (ISO/IEC 15948), 11.2.2: colour type -> values of a pixel, and the bits that one may have
_COLOURS = {
    0: (1, (1, 2, 4, 8, 16)),
    2: (3, (8, 16)),
    3: (1, (1, 2, 4, 8)),
    4: (2, (8, 16)),
    6: (4, (8, 16)),
}
#: The chunks that make pixels; text, profiles and animations are left out.
_NEEDED = (b'IHDR', b'PLTE', b'tRNS', b'IDAT', b'IEND')
#: A byte of deflate gives at most so many (RFC 1951: 258 for 2 bits).
_DEFLATED = 1032
#: Frames of JPEG (ITU T.81, table B.1) that decoders know: baseline, extended, progressive.
_FRAMES = (0xC0, 0xC1, 0xC2)
#: All start-of-frame markers: C0 to CF but for DHT (C4), JPG (C8), DAC (CC).
_ALL_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN = b'\xff\xda'
#: Encoders write about ten; every one goes over the whole picture.
_MAX_SCANS = 40
#: A block of 8 x 8 values takes a bit or more, and stands for 128 pixels at most.
_PIXELS_OF_A_BYTE = 1024
#: Other files that OpenCV would open, by their first bytes.
_OTHERS = (
    (b'II*\x00', 'TIFF'),
    (b'MM\x00*', 'TIFF'),
    (b'II+\x00', 'TIFF'),
    (b'MM\x00+', 'TIFF'),
    (b'BM', 'BMP'),
    (b'GIF8', 'GIF'),
    (b'v/1\x01', 'OpenEXR'),
    (b'\x00\x00\x00\x0cjP', 'JPEG 2000'),
    (b'\xff\x4f\xff\x51', 'JPEG 2000'),
    (b'\xff\x0a', 'JPEG XL'),
    (b'\x00\x00\x00\x0cJXL', 'JPEG XL'),
    (b'#?RADIANCE', 'Radiance HDR'),
    (b'#?RGBE', 'Radiance HDR'),
    (b'\x59\xa6\x6a\x95', 'Sun raster'),
    *((b'P%d' % n, 'PNM') for n in range(1, 8)),
    (b'PF', 'PFM'),
    (b'Pf', 'PFM'),
)


class Container(NamedTuple):
    """A picture's size, and what a decoder is given.

    Attributes:
        width: in pixels.
        height: in pixels.
        n_bytes: of the decoded pixels, at most.
        data: of the file, without what makes no pixels.
    """

    width: int
    height: int
    n_bytes: int
    data: bytes


def read_container(data: bytes, name: str, check_size: CheckSize) -> Container:
    """Walk a JPEG or PNG file.

    Args:
        data: the file.
        name: what the message calls it, for people.
        check_size: of the size, once it is known.

    Raises:
        MessageError: with `reason` 'encoding' (neither, or a kind of JPEG that is not decoded),
            'corrupt' (a length leaves the file, or so few bytes cannot hold so many pixels),
            'size' (pixels of more than `MAX_BYTES`), and what `check_size` raises.
    """
    if data.startswith(_PNG):
        found = _png(data, check_size)
    elif data.startswith(_JPEG):
        found = _jpeg(data, check_size)
    else:
        raise MessageError(
            f'compressed image {name[:40]!r} is neither JPEG nor PNG{_what(data)} (it starts with '
            f'{data[:4].hex() or "nothing"})',
            'encoding',
        )
    if found.n_bytes > MAX_BYTES:
        raise MessageError(
            f'a compressed image of {found.width} x {found.height} pixels takes '
            f'{found.n_bytes >> 20} MiB; up to {MAX_BYTES >> 20} are taken',
            'size',
        )
    return found


def _what(data: bytes) -> str:
    for magic, kind in _OTHERS:
        if data.startswith(magic):
            return f', but {kind}'
    if data[:4] == b'RIFF' and data[8:12] == b'WEBP':
        return ', but WebP'
    return ', but AVIF or HEIF' if data[4:8] == b'ftyp' else ''


def _corrupt(why: str) -> MessageError:
    return MessageError(f'compressed image cannot be read: {why}', 'corrupt')


def _png(data: bytes, check_size: CheckSize) -> Container:
    """All chunks lie in the file, and deflate can make the pixels out of so many bytes."""
    try:
        length, kind, width, height, bits, colour = unpack_from('>I4sIIBB', data, 8)
    except error:
        raise _corrupt('the PNG is cut off before its size') from None
    if (kind, length) != (b'IHDR', 13):
        raise _corrupt('the PNG does not begin with its size')
    check_size(width, height)
    kept, at, packed = [data[:8]], 8, 0
    while kind != b'IEND':
        try:
            length, kind = unpack_from('>I4s', data, at)
        except error:
            raise _corrupt('the PNG is cut off before its end') from None
        end = at + 12 + length
        if end > len(data):
            raise _corrupt(f'a chunk of the PNG claims {length} bytes, and the file ends before')
        if kind in _NEEDED:
            kept.append(data[at:end])
        packed += length if kind == b'IDAT' else 0
        at = end
    values, allowed = _COLOURS.get(colour, (0, ()))
    if bits not in allowed:
        raise _corrupt(f'a PNG of colour type {colour} has no {bits} bits')
    if height * (width * values * bits // 8 + 1) > packed * _DEFLATED + 64:
        raise _corrupt(f'{packed} bytes of PNG cannot hold {width} x {height} pixels')
    # a palette becomes colour, and transparency a fourth value
    is_grey = colour == 0 and all(chunk[4:8] != b'tRNS' for chunk in kept)
    n_bytes = width * height * (1 if is_grey else 4) * (2 if bits == 16 else 1)
    return Container(width, height, n_bytes, b''.join(kept))


def _jpeg(data: bytes, check_size: CheckSize) -> Container:
    """Walk the markers up to the first scan (ITU T.81, B.1.1)."""
    at, size, begins = 2, None, False
    while True:
        try:
            marker, kind, length = unpack_from('>BBH', data, at)
        except error:
            break
        if marker == 0xFF and kind == 0xFF:  # a marker may be filled up in front
            at += 1
            continue
        if marker != 0xFF or length < 2 or at + 2 + length > len(data):
            break
        if kind in _ALL_FRAMES:
            if size is not None:
                raise _corrupt('the JPEG has two sizes')
            if kind not in _FRAMES:
                raise MessageError(
                    f'compressed image is a JPEG of the rare kind {kind:x}; baseline and '
                    'progressive ones are taken',
                    'encoding',
                )
            if length < 8:
                raise _corrupt('the size of the JPEG is cut off')
            height, width, values = unpack_from('>HHB', data, at + 5)
            check_size(width, height)
            size = width, height, values
        if kind == 0xDA:
            begins = True
            break
        at += 2 + length
    if size is None:
        raise _corrupt('the JPEG is cut off before its size, or has a marker that is none')
    if not begins:
        raise _corrupt('the JPEG is cut off before its pixels, or has a marker that is none')
    width, height, values = size
    if width * height > (len(data) - at) * _PIXELS_OF_A_BYTE:
        raise _corrupt(f'{len(data)} bytes of JPEG cannot hold {width} x {height} pixels')
    if (scans := data.count(_SCAN, at)) > _MAX_SCANS:
        raise _corrupt(f'the JPEG goes over its picture {scans} times; {_MAX_SCANS} are taken')
    return Container(width, height, width * height * (1 if values == 1 else 3), data)
