"""Pictures from serialised messages: every encoding, against an image whose pixels are known."""

import cv2
import numpy as np
import pytest
from helpers import STORE
from hypothesis import example, given
from hypothesis import strategies as st

from dcat_ros.errors import MessageError
from dcat_ros.messages.image import (
    COMPRESSED_IMAGE_TYPE,
    IMAGE_TYPE,
    decode_compressed_image,
    decode_image,
    read_image,
)

H, W = 12, 16
#: quadrants of red, green, blue and grey: what a codec of shared colours keeps inside of them
RGB = np.zeros((H, W, 3), np.uint8)
RGB[:6, :8] = (200, 30, 40)
RGB[:6, 8:] = (20, 180, 60)
RGB[6:, :8] = (40, 50, 220)
RGB[6:, 8:] = (128, 128, 128)
GREY = np.arange(H * W, dtype=np.uint8).reshape(H, W)
DEPTH = (np.arange(H * W).reshape(H, W) * 300 % 5000).astype(np.uint16)
INSIDE = [(2, 3), (2, 12), (9, 3), (9, 12)]


def header(stamp_ns=1_500_000_000, frame_id='camera'):
    types = STORE.types
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    time = types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec)
    return types['std_msgs/msg/Header'](stamp=time, frame_id=frame_id)


def image(encoding, rows, width=W, height=H, padding=0, big=False, little=True, step=None, **head):
    """A serialised Image; rows: (rows, bytes of a row)."""
    rows = np.ascontiguousarray(rows)
    flat = rows.view(np.uint8).reshape(len(rows), rows.shape[1] * rows.itemsize)
    padded = np.pad(flat, ((0, 0), (0, padding)), constant_values=0xEE)
    message = STORE.types[IMAGE_TYPE](
        header=header(**head),
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=int(big),
        step=padded.shape[1] if step is None else step,
        data=padded.ravel(),
    )
    return bytes(STORE.serialize_cdr(message, IMAGE_TYPE, little_endian=little))


def compressed(name, data, **head):
    kind = STORE.types[COMPRESSED_IMAGE_TYPE]
    message = kind(header=header(**head), format=name, data=np.frombuffer(data, np.uint8))
    return bytes(STORE.serialize_cdr(message, COMPRESSED_IMAGE_TYPE))


def yuv():
    """BT.601 in studio range, which both YUV encodings of cameras are: Y, U, V of each pixel."""
    r, g, b = (RGB[..., i].astype(float) for i in range(3))
    y = 16 + 0.257 * r + 0.504 * g + 0.098 * b
    u = 128 - 0.148 * r - 0.291 * g + 0.439 * b
    v = 128 + 0.439 * r - 0.368 * g - 0.071 * b
    return [np.round(x).astype(np.uint8) for x in (y, u, v)]


def yuv422(order):
    y, u, v = yuv()
    packed = np.zeros((H, W, 2), np.uint8)
    luma, chroma = (1, 0) if order == 'uyvy' else (0, 1)
    packed[..., luma] = y
    packed[:, ::2, chroma] = u[:, ::2]
    packed[:, 1::2, chroma] = v[:, ::2]
    return packed.reshape(H, -1)


def nv12():
    y, u, v = yuv()
    pairs = np.stack([u[::2, ::2], v[::2, ::2]], axis=-1).reshape(H // 2, W)
    return np.concatenate([y, pairs])


def bayer(pattern):
    """Each pixel has the one colour that the pattern (first row, second row) names."""
    out = np.zeros((H, W), np.uint8)
    for place, colour in enumerate(pattern):
        row, column = divmod(place, 2)
        out[row::2, column::2] = RGB[row::2, column::2, 'rgb'.index(colour)]
    return out


#: what drivers write beside the names of sensor_msgs
OTHER = {
    '8UC1': ('grey', GREY, GREY),
    '8UC3': ('colour', RGB[..., ::-1].reshape(H, -1), RGB),
    '8UC4': (
        'colour',
        np.dstack([RGB[..., ::-1], np.full((H, W), 9, np.uint8)]).reshape(H, -1),
        RGB,
    ),
    'RGB8': ('colour', RGB.reshape(H, -1), RGB),
    '16uc1': ('depth', DEPTH, DEPTH),
    '16SC1': ('depth', DEPTH.astype(np.int16), DEPTH),
    '32SC1': ('depth', DEPTH.astype(np.int32), DEPTH),
    '64FC1': ('depth', DEPTH / 1000, DEPTH),
}
EXACT = {
    'rgb8': (RGB.reshape(H, -1), RGB),
    'bgr8': (RGB[..., ::-1].reshape(H, -1), RGB),
    'rgba8': (np.dstack([RGB, np.full((H, W), 9, np.uint8)]).reshape(H, -1), RGB),
    'bgra8': (np.dstack([RGB[..., ::-1], np.full((H, W), 9, np.uint8)]).reshape(H, -1), RGB),
    'mono8': (GREY, GREY),
    'mono16': (GREY.astype(np.uint16) * 256 + 77, GREY),
    '16UC1': (DEPTH, DEPTH),
    '32FC1': ((DEPTH / 1000).astype(np.float32), DEPTH),
}
CLOSE = {
    'yuv422': yuv422('uyvy'),
    'yuv422_yuy2': yuv422('yuyv'),
    'uyvy': yuv422('uyvy'),
    'yuyv': yuv422('yuyv'),
    'nv12': nv12(),
    **{f'bayer_{p}8': bayer(p) for p in ('rggb', 'bggr', 'gbrg', 'grbg')},
}


@pytest.mark.parametrize('little', [True, False], ids=['little', 'big'])
@pytest.mark.parametrize('padding', [0, 5])
@pytest.mark.parametrize('encoding', EXACT)
def test_image_pixels_are_the_known_ones(encoding, padding, little):
    rows, expected = EXACT[encoding]
    found = decode_image(image(encoding, rows, padding=padding, little=little))
    np.testing.assert_array_equal(found.pixels, expected, strict=True)
    assert found.stamp_ns == 1_500_000_000
    assert found.frame_id == 'camera'
    kinds = {'mono8': 'grey', 'mono16': 'grey', '16UC1': 'depth', '32FC1': 'depth'}
    assert found.kind == kinds.get(encoding, 'colour')


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize(('encoding', 'kind'), [('32FC1', np.float32), ('64FC1', np.float64)])
def test_depth_beyond_all_numbers_is_no_reading(encoding, kind):
    metres = (DEPTH / 1000).astype(kind)
    metres[0, :4] = np.finfo(kind).max, -np.finfo(kind).max, np.inf, np.nan
    expected = DEPTH.copy()
    expected[0, :4] = 0
    np.testing.assert_array_equal(decode_image(image(encoding, metres)).pixels, expected)


@pytest.mark.parametrize('padding', [0, 6])
@pytest.mark.parametrize('encoding', CLOSE)
def test_image_colours_are_the_known_ones(encoding, padding):
    found = decode_image(image(encoding, CLOSE[encoding], padding=padding))
    assert found.kind == 'colour'
    assert found.pixels.shape == (H, W, 3)
    for row, column in INSIDE:
        difference = found.pixels[row, column].astype(int) - RGB[row, column]
        assert np.abs(difference).max() <= 3, (row, column)


@pytest.mark.parametrize('big', [True, False], ids=['big', 'little'])
@pytest.mark.parametrize('encoding', OTHER)
def test_image_of_another_name_is_the_known_one(encoding, big):
    kind, rows, expected = OTHER[encoding]
    swapped = rows.astype(rows.dtype.newbyteorder('>')) if big else rows
    found = decode_image(image(encoding, swapped, big=big))
    assert found.kind == kind
    np.testing.assert_array_equal(found.pixels, expected, strict=True)


def test_image_of_mono16_is_grey_unless_depth_is_wanted():
    data = image('mono16', DEPTH)
    assert (read_image(data).picture().kind, read_image(data).doubt) == ('grey', None)
    unread = read_image(data, wants_depth=True)
    assert unread.picture().kind == 'depth'
    np.testing.assert_array_equal(unread.picture().pixels, DEPTH, strict=True)
    assert (unread.doubt.reason, unread.doubt.level) == ('encoding', 'note')
    assert read_image(image('16UC1', DEPTH), wants_depth=True).doubt is None
    assert read_image(image('mono8', GREY), wants_depth=True).doubt is None


@pytest.mark.parametrize(('encoding', 'kind'), [('16SC1', np.int16), ('32SC1', np.int32)])
def test_image_no_reading_of_signed_numbers_is_zero(encoding, kind):
    values = [0, -1, -32768, 1, 32767] + ([65535, 65536, 2**31 - 1] if kind is np.int32 else [])
    rows = np.array([values], kind)
    found = decode_image(image(encoding, rows, width=len(values), height=1)).pixels[0]
    assert found.tolist() == [0, 0, 0, 1, 32767, 65535, 0, 0][: len(values)]


def test_image_keeps_some_raw_rows_of_depth():
    found = decode_image(image('32FC1', np.full((200, W), 3000, np.float32), height=200))
    assert found.raw.shape == (50, W)
    assert found.raw.dtype == np.float32
    assert (found.raw == 3000).all()
    assert not found.pixels.any()
    assert decode_image(image('mono8', GREY)).raw is None


@pytest.mark.parametrize('encoding', ['mono16', '16UC1', '32FC1'])
def test_image_of_another_byte_order_is_the_same(encoding):
    rows, expected = EXACT[encoding]
    swapped = rows.astype(rows.dtype.newbyteorder('>'))
    found = decode_image(image(encoding, swapped, big=True))
    np.testing.assert_array_equal(found.pixels, expected, strict=True)


def test_image_no_reading_is_zero_however_it_is_said():
    values = [0, -1, np.nan, np.inf, -np.inf, 1e30, 66, 0.0001, 65.5, 1.2345]
    rows = np.array([values], np.float32)
    found = decode_image(image('32FC1', rows, width=10, height=1)).pixels[0]
    assert found.tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 65500, 1234]


def test_image_last_row_may_lack_its_padding():
    whole = image('mono8', GREY, padding=5)
    message = STORE.deserialize_cdr(whole, IMAGE_TYPE)
    message.data = message.data[:-5]
    data = bytes(STORE.serialize_cdr(message, IMAGE_TYPE))
    np.testing.assert_array_equal(decode_image(data).pixels, GREY)


@pytest.mark.parametrize(
    ('data', 'reason', 'text'),
    [
        (image('mono8', GREY, height=0), 'size', '16 x 0 pixels'),
        (image('mono8', GREY, width=0), 'size', '0 x 12 pixels'),
        (image('mono8', GREY, width=10_000, height=10_000), 'size', 'up to 50000000'),
        (image('mono8', GREY, width=2**32 - 1, height=2**32 - 1), 'size', 'up to 50000000'),
        (image('mono8', GREY[:0], height=7000, width=7000, step=7000), 'truncated', 'and 0 came'),
        (image('mono8', GREY[:-1]), 'truncated', 'are 192 bytes, and 176 came'),
        (image('mono8', GREY, step=15), 'step', 'step is 15 bytes, and a row of 16 mono8 pix'),
        (image('rgb8', GREY), 'step', 'step is 16 bytes, and a row of 16 rgb8 pixels has 48'),
        (image('mono8', GREY, step=0), 'step', 'step is 0'),
        (image('smell8', GREY), 'encoding', "'smell8' is not known; there are rgb8"),
        (image('', GREY), 'encoding', "'' is not known"),
        (image('x' * 5000, GREY), 'encoding', 'is not known'),
        (image('yuv422', yuv422('uyvy'), width=15), 'size', '15 x 12 pixels is odd'),
        (image('nv12', nv12(), height=11), 'size', '16 x 11 pixels is odd'),
    ],
)
def test_image_that_is_none_is_a_sentence(data, reason, text):
    with pytest.raises(MessageError) as caught:
        decode_image(data)
    assert caught.value.reason == reason
    assert text in str(caught.value)
    assert '\n' not in str(caught.value)
    assert len(str(caught.value)) < 400


REASONS = {'truncated', 'encoding', 'stamp', 'size', 'step', 'corrupt'}


def survives(decode, data):
    """The only exception is the one that a node counts."""
    try:
        assert decode(data).pixels.size > 0
    except MessageError as problem:
        if problem.reason not in REASONS:
            raise


def spoilt(data, where, byte):
    at = where % len(data)
    return data[:at] + bytes([byte]) + data[at + 1 :]


IMAGES = [image(name, rows) for name, (rows, _) in EXACT.items()]
IMAGES += [image(name, rows) for name, rows in CLOSE.items()]
IMAGES += [image(name, rows) for name, (_, rows, _) in OTHER.items()]
PNG = cv2.imencode('.png', RGB[..., ::-1])[1].tobytes()
PNG16 = cv2.imencode('.png', DEPTH)[1].tobytes()
JPEG = cv2.imencode('.jpg', RGB[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
DEPTH_HEADER = np.array([0], '<i4').tobytes() + np.array([0, 0], '<f4').tobytes()
COMPRESSED = [
    compressed('jpeg', JPEG),
    compressed('bgr8; png compressed bgr8', PNG),
    compressed('16UC1; compressedDepth png', DEPTH_HEADER + PNG16),
]


@given(st.sampled_from(IMAGES), st.integers(0, 400), st.integers(0, 255))
def test_image_with_a_spoilt_byte_is_refused_or_read(data, where, byte):
    survives(decode_image, spoilt(data, where, byte))


@given(st.sampled_from(IMAGES), st.floats(0, 1))
def test_image_cut_off_is_refused(data, share):
    with pytest.raises(MessageError) as caught:
        decode_image(data[: int(share * (len(data) - 1))])
    assert caught.value.reason in REASONS


@given(st.binary(max_size=200))
@example(b'\x00\x01\x00\x00' + bytes(40))
def test_image_of_any_bytes_is_refused_or_read(data):
    survives(decode_image, data)
    survives(decode_compressed_image, data)


@given(st.sampled_from(COMPRESSED), st.integers(0, 10_000), st.integers(0, 255))
def test_compressed_with_a_spoilt_byte_is_refused_or_read(data, where, byte):
    survives(decode_compressed_image, spoilt(data, where, byte))


@given(st.sampled_from(COMPRESSED), st.floats(0, 1))
def test_compressed_cut_off_is_refused(data, share):
    with pytest.raises(MessageError):
        decode_compressed_image(data[: int(share * (len(data) - 1))])


@given(st.binary(max_size=100), st.sampled_from(['jpeg', '16UC1; compressedDepth png', 'png']))
def test_compressed_of_any_bytes_is_refused_or_read(body, name):
    survives(decode_compressed_image, compressed(name, body))
    survives(decode_compressed_image, compressed(name, JPEG[:2] + body))
    survives(decode_compressed_image, compressed(name, PNG[:16] + body))


def test_compressed_png_is_exact_and_jpeg_is_close():
    png = decode_compressed_image(compressed('rgb8; png compressed bgr8', PNG))
    np.testing.assert_array_equal(png.pixels, RGB, strict=True)
    assert (png.kind, png.frame_id) == ('colour', 'camera')
    jpeg = decode_compressed_image(compressed('jpeg', JPEG))
    for row, column in INSIDE:
        assert np.abs(jpeg.pixels[row, column].astype(int) - RGB[row, column]).max() <= 4


def test_compressed_grey_and_transparent():
    grey = cv2.imencode('.png', GREY)[1].tobytes()
    found = decode_compressed_image(compressed('mono8; png compressed', grey))
    np.testing.assert_array_equal(found.pixels, GREY, strict=True)
    assert found.kind == 'grey'
    four = np.dstack([RGB[..., ::-1], np.full((H, W), 9, np.uint8)])
    found = decode_compressed_image(compressed('png', cv2.imencode('.png', four)[1].tobytes()))
    np.testing.assert_array_equal(found.pixels, RGB, strict=True)


@pytest.mark.parametrize('name', ['16UC1; png compressed', '16UC1; compressedDepth png'])
def test_compressed_depth_in_millimetres_is_exact(name):
    body = DEPTH_HEADER + PNG16 if 'Depth' in name else PNG16
    found = decode_compressed_image(compressed(name, body))
    np.testing.assert_array_equal(found.pixels, DEPTH, strict=True)
    assert found.kind == 'depth'


def test_compressed_depth_in_metres_is_inverse_depth():
    """As image_transport_plugins writes it: a / metres + b, a = q (q + 1), b = 1 - q / max."""
    q, largest = 100.0, 10.0
    a, b = q * (q + 1), 1 - q / largest
    metres = np.linspace(0.5, 9.5, H * W).reshape(H, W)
    value = np.round(a / metres + b).astype(np.uint16)
    value[0, 0] = 0
    head = np.array([0], '<i4').tobytes() + np.array([a, b], '<f4').tobytes()
    body = head + cv2.imencode('.png', value)[1].tobytes()
    found = decode_compressed_image(compressed('32FC1; compressedDepth png', body)).pixels
    assert found[0, 0] == 0
    np.testing.assert_allclose(found[0, 1:], 1000 * metres[0, 1:], rtol=0.01)


def claims(width, height):
    """A PNG and a JPEG of a few bytes that say they are this large."""
    png = PNG[:16] + np.array([width, height], '>u4').tobytes() + PNG[24:]
    at = JPEG.index(b'\xff\xc0')
    jpeg = JPEG[: at + 5] + np.array([height, width], '>u2').tobytes() + JPEG[at + 9 :]
    return png, jpeg


@pytest.mark.parametrize('i', [0, 1], ids=['png', 'jpeg'])
def test_compressed_gigapixel_is_refused_before_it_is_unpacked(i):
    data = claims(50_000, 50_000)[i]
    with pytest.raises(MessageError, match='50000 x 50000 pixels is none; up to') as caught:
        decode_compressed_image(compressed('png', data))
    assert caught.value.reason == 'size'


@pytest.mark.parametrize(
    ('name', 'body', 'reason', 'text'),
    [
        ('jpeg', b'', 'encoding', 'starts with nothing'),
        ('webp', b'RIFF1234', 'encoding', "'webp' is neither JPEG nor PNG"),
        ('16UC1; compressedDepth rvl', bytes(40), 'encoding', 'set its format to png'),
        ('16UC1; compressedDepth png', bytes(5), 'truncated', 'of 5 bytes is cut off'),
        ('16UC1; compressedDepth png', DEPTH_HEADER + PNG, 'corrupt', 'no picture of 16 bits'),
        ('png', PNG[:20], 'corrupt', 'cut off before its size'),
        ('jpeg', JPEG[:30], 'corrupt', 'cut off before its size'),
        ('png', PNG[:40], 'corrupt', 'cannot be read'),
    ],
)
def test_compressed_that_is_none_is_a_sentence(name, body, reason, text):
    with pytest.raises(MessageError) as caught:
        decode_compressed_image(compressed(name, body))
    assert caught.value.reason == reason
    assert text in str(caught.value)
    assert '\n' not in str(caught.value)
