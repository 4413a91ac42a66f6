"""A compressed picture is walked before a decoder sees it: no message takes what it only claims."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from peak_memory import takes_at_most

from dcat_ros.errors import MessageError
from dcat_ros.messages.container import MAX_BYTES, read_container
from dcat_ros.messages.image import decode_compressed_image

DEPTH = (np.arange(64 * 48, dtype=np.uint16) * 17).reshape(48, 64)
COLOUR = (np.arange(64 * 48 * 3) * 7 % 251).astype(np.uint8).reshape(48, 64, 3)
PNG = cv2.imencode('.png', DEPTH)[1].tobytes()
JPEG = cv2.imencode('.jpg', COLOUR)[1].tobytes()


def any_size(width, height):
    """Take whatever comes."""


def chunk(kind, content, length=None):
    crc = struct.pack('>I', zlib.crc32(kind + content))
    return struct.pack('>I', len(content) if length is None else length) + kind + content + crc


def png(width, height, *, bits=16, colour=0, before=b'', rows=b''):
    """A PNG whose checksums are right."""
    head = chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, bits, colour, 0, 0, 0))
    body = chunk(b'IDAT', zlib.compress(rows, 9))
    return PNG[:8] + head + before + body + chunk(b'IEND', b'')


def refused(data, name='png'):
    """Why; as a message no decoder sees it, and no memory is taken."""
    with pytest.raises(MessageError) as caught:
        read_container(data, name, any_size)
    with pytest.MonkeyPatch.context() as patch, takes_at_most(8 << 20):
        patch.setattr(cv2, 'imdecode', decoded)
        with pytest.raises(MessageError):
            decode_compressed_image(message(data, name))
    return caught.value.reason, str(caught.value)


def message(data, name='png'):
    """A serialised CompressedImage."""
    format_ = name.encode() + b'\0'
    head = (
        struct.pack('<iII', 1, 0, 1) + b'\0' + bytes(3) + struct.pack('<I', len(format_)) + format_
    )
    return b'\0\1\0\0' + head + bytes(-len(head) % 4) + struct.pack('<I', len(data)) + data


def decoded(*_):
    raise AssertionError('a decoder saw it')


def test_a_hundred_bytes_that_claim_gigabytes_never_reach_a_decoder():
    """Without the walk, OpenCV takes 4 GB for this one message."""
    claims = PNG[: 8 + 25] + struct.pack('>I4s', 0xFFFFFFF0, b'IDAT') + bytes(20)
    hostile = message(claims)
    assert len(hostile) <= 101
    with pytest.MonkeyPatch.context() as patch, takes_at_most(8 << 20):
        patch.setattr(cv2, 'imdecode', decoded)
        with pytest.raises(MessageError, match='claims 4294967280 bytes, and the file ends before'):
            decode_compressed_image(hostile)


def test_a_whole_picture_reaches_the_decoder():
    np.testing.assert_array_equal(decode_compressed_image(message(PNG)).pixels, DEPTH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cv2, 'imdecode', decoded)
        with pytest.raises(AssertionError, match='a decoder saw it'):
            decode_compressed_image(message(PNG))


@pytest.mark.parametrize('length', [0xFFFFFFF0, 0x7FFFFFFF, 50_000_000, 3000])
@pytest.mark.parametrize('kind', [b'IDAT', b'tEXt', b'iCCP', b'eXIf', b'acTL', b'PLTE', b'junk'])
def test_png_chunk_that_claims_more_than_the_file_is_refused(kind, length):
    """OpenCV allocated 4 GB for one of `ff ff ff f0`."""
    data = png(16, 16, before=chunk(kind, b'', length), rows=bytes(33 * 16))
    reason, text = refused(data)
    assert reason == 'corrupt'
    assert f'claims {length} bytes, and the file ends before' in text


def test_png_of_more_pixels_than_its_bytes_can_hold_is_refused():
    reason, text = refused(png(4000, 4000, rows=bytes(8001)))
    assert (reason, text.split(': ')[1]) == (
        'corrupt',
        f'{len(zlib.compress(bytes(8001), 9))} bytes of PNG cannot hold 4000 x 4000 pixels',
    )


def test_png_that_is_packed_as_tightly_as_can_be_is_taken():
    data = png(4000, 1000, rows=bytes(8001 * 1000))
    assert read_container(data, 'png', any_size)[:3] == (4000, 1000, 8_000_000)


@pytest.mark.parametrize(('bits', 'colour'), [(3, 0), (16, 3), (8, 1), (4, 2), (255, 255)])
def test_png_of_no_kind_is_refused(bits, colour):
    assert refused(png(16, 16, bits=bits, colour=colour))[0] == 'corrupt'


def test_png_of_more_than_is_taken_is_refused():
    side = int((MAX_BYTES / 2) ** 0.5) + 2
    reason, text = refused(png(side, side, rows=bytes((2 * side + 1) * side)))
    assert reason == 'size'
    assert 'takes 40 MiB; up to 40 are taken' in text


def test_png_loses_what_makes_no_pixels():
    """Profiles, text and animations are unpacked by decoders, too."""
    profile = chunk(b'iCCP', b'a\0\0' + zlib.compress(bytes(5_000_000)))
    more = profile + chunk(b'acTL', struct.pack('>II', 2**31 - 1, 0)) + chunk(b'tEXt', b'a\0b')
    plain = png(16, 16, rows=bytes(33 * 16))
    assert read_container(png(16, 16, before=more, rows=bytes(33 * 16)), 'png', any_size) == (
        read_container(plain, 'png', any_size)
    )


def test_png_and_jpeg_of_opencv_pass_with_their_size():
    assert read_container(PNG, 'png', any_size)[:3] == (64, 48, 64 * 48 * 2)
    assert read_container(JPEG, 'jpeg', any_size)[:3] == (64, 48, 64 * 48 * 3)


def with_size(width, height):
    at = JPEG.index(b'\xff\xc0')
    return JPEG[: at + 5] + struct.pack('>HH', height, width) + JPEG[at + 9 :]


@pytest.mark.parametrize(
    ('data', 'reason', 'text'),
    [
        (with_size(3600, 3600), 'corrupt', 'bytes of JPEG cannot hold 3600 x 3600 pixels'),
        (with_size(3800, 3800) + bytes(20_000), 'size', 'takes 41 MiB; up to 40 are taken'),
        (JPEG.replace(b'\xff\xc0', b'\xff\xc3'), 'encoding', 'a JPEG of the rare kind c3'),
        (JPEG.replace(b'\xff\xc0', b'\xff\xc9'), 'encoding', 'a JPEG of the rare kind c9'),
        (JPEG + b'\xff\xda\x00\x08' * 50, 'corrupt', 'goes over its picture 51 times'),
        (JPEG[:2] + b'\xff\xe1\xff\xff' + JPEG[2:200], 'corrupt', 'before its size'),
        (JPEG[: JPEG.index(b'\xff\xda')], 'corrupt', 'before its pixels'),
    ],
)
def test_jpeg_that_asks_for_too_much_is_refused(data, reason, text):
    found, sentence = refused(data, 'jpeg')
    assert found == reason
    assert text in sentence


def test_jpeg_whose_markers_are_filled_up_is_taken():
    filled = JPEG[:2] + b'\xff\xff\xff' + JPEG[2:]
    assert read_container(filled, 'jpeg', any_size)[:2] == (64, 48)


@pytest.mark.parametrize(
    ('start', 'kind'),
    [
        (b'II*\x00', 'TIFF'),
        (b'MM\x00*', 'TIFF'),
        (b'BM', 'BMP'),
        (b'GIF89a', 'GIF'),
        (b'v/1\x01', 'OpenEXR'),
        (b'\x00\x00\x00\x0cjP  ', 'JPEG 2000'),
        (b'\xff\x4f\xff\x51', 'JPEG 2000'),
        (b'RIFF\x00\x00\x00\x00WEBPVP8 ', 'WebP'),
        (b'\x00\x00\x00\x20ftypavif', 'AVIF or HEIF'),
        (b'#?RADIANCE', 'Radiance HDR'),
        (b'P6\n', 'PNM'),
        (b'PF\n', 'PFM'),
        (b'\x59\xa6\x6a\x95', 'Sun raster'),
    ],
)
def test_other_files_that_opencv_would_open_are_refused_by_name(start, kind):
    reason, text = refused(start + bytes(60), 'jpeg')
    assert reason == 'encoding'
    assert f"compressed image 'jpeg' is neither JPEG nor PNG, but {kind} (it starts" in text
