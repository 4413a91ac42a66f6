"""From serialised pictures to windows."""

import numpy as np
import pytest
from helpers import make_card
from hypothesis import example, given, settings
from hypothesis import strategies as st
from receiver_helpers import depth_message

from dcat_ros.doubt import FAULT, NOTE
from dcat_ros.errors import MessageError
from dcat_ros.sensors.depth.receiver import ImageReceiver

PERIOD = 125_000_000


def card():
    channels = ('mask', 'relative_depth')
    return make_card(
        modality='depth',
        input={
            'channels': channels,
            'units': ('1', 'm'),
            'rate_hz': 8.0,
            'window_s': 1.0,
            'stride_s': 0.25,
            'size': 32,
        },
    )


def receiver(**options):
    found = ImageReceiver(card(), **options)
    found.focal_px = 285.0
    return found


def fed(found, messages):
    windows = []
    for message in messages:
        for job in found.accept(message, 0, lambda stamp: stamp):
            windows += found.windows(job)
    return windows


def pixels(stamp_ns=0):
    """Somebody at 2.5 m, with a noise of 1 mm: no camera gives the same picture twice."""
    depth = np.zeros((120, 160), np.uint16)
    noise = np.random.default_rng(stamp_ns).integers(-1, 2, (80, 20))
    depth[20:100, 70:90] = 2500 + noise
    return depth


def stamps(n, period=PERIOD):
    return [10**9 + i * period for i in range(n)]


def frames(n, period=PERIOD):
    return [depth_message(stamp, pixels(stamp)) for stamp in stamps(n, period)]


def test_windows_of_a_camera_faster_than_the_grid_are_those_of_the_chosen_frames():
    fast = fed(receiver(), frames(81, PERIOD // 5))
    slow = fed(receiver(), frames(17))
    assert [w.end_ns for w in fast] == [w.end_ns for w in slow]
    assert len(fast) == 5
    for a, b in zip(fast, slow, strict=True):
        np.testing.assert_array_equal(a.samples, b.samples)


def in_metres(depth):
    return np.where(depth == 0, np.nan, depth / 1000).astype(np.float32)


def test_metres_with_nan_and_millimetres_with_zero_are_the_same():
    a = fed(receiver(), frames(8))
    b = fed(
        receiver(),
        [depth_message(s, in_metres(pixels(s)), encoding='32FC1') for s in stamps(8)],
    )
    assert a[0].samples.any()
    np.testing.assert_array_equal(a[0].samples, b[0].samples)


@pytest.mark.parametrize(
    ('encoding', 'convert', 'sentence'),
    [
        ('mono16', lambda d: d, 'mono16 and are taken as depth in mm'),
        ('16uc1', lambda d: d, '16uc1 and are taken as depth in mm'),
        ('16SC1', lambda d: np.where(d == 0, -1, d.astype(np.int16)), '16SC1 .* in mm'),
        ('32SC1', lambda d: np.where(d == 0, -5, d.astype(np.int32)), '32SC1 .* in mm'),
        ('64FC1', lambda d: np.where(d == 0, np.nan, d / 1000), '64FC1 .* in m;'),
        ('16UC1', lambda d: d, None),
        ('32FC1', in_metres, None),
    ],
)
def test_depth_of_other_encodings_is_taken_and_said(encoding, convert, sentence):
    found = receiver()
    messages = [depth_message(s, convert(pixels(s)), encoding=encoding) for s in stamps(8)]
    windows = fed(found, messages)
    np.testing.assert_array_equal(windows[0].samples, fed(receiver(), frames(8))[0].samples)
    if sentence is None:
        assert found.doubts == []
        assert found.doubt == ''
    else:
        (doubt,) = found.doubts
        assert (doubt.reason, doubt.level) == ('encoding', NOTE)
        with pytest.raises(AssertionError, match=f'{sentence}.*REP-118'):
            raise AssertionError(found.doubt)
        found.reset()
        assert found.doubts == []


def test_frozen_pictures_have_no_window_and_those_after_them_do():
    found = receiver()
    windows = fed(found, [depth_message(s, pixels()) for s in stamps(8)])
    assert [doubt.reason for doubt in found.doubts] == ['frozen']
    assert [window.samples for window in windows] == [None]
    windows = fed(found, [depth_message(s + 8 * PERIOD, pixels(s)) for s in stamps(8)])
    assert windows[-1].samples is not None
    assert found.doubts == []


def test_a_slow_camera_s_picture_stands_for_several_instants_and_is_not_frozen():
    found = receiver()
    windows = fed(found, frames(8, period=4 * PERIOD))
    assert windows
    assert all(window.samples is not None for window in windows)
    (doubt,) = found.doubts
    assert (doubt.reason, doubt.level) == ('rate', NOTE)
    assert doubt.sentence == 'data come at 2.0 Hz, and the model learned from 8 Hz'
    assert found.doubt == doubt.sentence


@pytest.mark.parametrize(
    ('convert', 'options', 'reason'),
    [
        (np.zeros_like, {}, 'zero'),
        (lambda d: d.astype(np.float32), {'encoding': '32FC1'}, 'unit'),
        (lambda d: d // 1000, {}, 'unit'),
        (lambda d: d, {'is_bigendian': 1}, 'byte_order'),
    ],
)
def test_depth_that_cannot_be_is_a_fault(convert, options, reason):
    found = receiver()
    fed(found, [depth_message(s, convert(pixels(s)), **options) for s in stamps(8)])
    assert [(doubt.reason, doubt.level) for doubt in found.doubts] == [(reason, FAULT)]


def test_a_focal_length_of_another_width_is_scaled():
    scaled = receiver()
    scaled.focal_px, scaled.focal_width = 570.0, 320
    np.testing.assert_array_equal(
        fed(scaled, frames(8))[0].samples, fed(receiver(), frames(8))[0].samples
    )


@pytest.mark.parametrize(
    ('encoding', 'kind'), [('rgb8', 'colour'), ('mono8', 'grey'), ('nv12', 'colour')]
)
def test_a_picture_without_depth_is_one_clear_error(encoding, kind):
    rows = {'rgb8': (8, 24), 'mono8': (8, 8), 'nv12': (12, 8)}[encoding]
    message = depth_message(10**9, np.zeros(rows, np.uint8), encoding=encoding, width=8, height=8)
    with pytest.raises(MessageError, match=f'{kind} .*{encoding}.* needs depth') as problem:
        fed(receiver(), [message])
    assert problem.value.reason == 'kind'


def test_without_a_focal_length_it_says_what_to_do():
    with pytest.raises(MessageError, match='set focal_px') as problem:
        fed(ImageReceiver(card()), frames(1))
    assert problem.value.reason == 'intrinsics'


@settings(max_examples=3000)
@given(st.binary(max_size=200))
@example(frames(1)[0][:60])
@example(b'\x00\x01\x00\x00' + b'\xff' * 60)
def test_any_bytes_end_in_windows_or_in_a_message_error(data):
    for compressed in (False, True):
        with pytest.raises(MessageError) as problem:
            fed(receiver(compressed=compressed), [data])
        assert problem.value.reason


@settings(max_examples=1000)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.sampled_from(['16UC1', '32FC1', 'rgb8', 'nv12', 'bayer_rggb8', 'mono16', 'yuv422', '?']),
)
@example(10_000, 10_000, 20_000, '16UC1')  # a header of 100 megapixels without data
@example(4, 4, 2**32 - 1, '16UC1')
def test_any_size_that_is_not_there_is_refused_without_memory(height, width, step, encoding):
    message = depth_message(
        10**9,
        np.zeros((4, 4), np.uint16),
        height=height,
        width=width,
        step=step,
        encoding=encoding,
    )
    if height * width * {'rgb8': 3}.get(encoding, 1) <= 32:
        return  # so little may be there
    with pytest.raises(MessageError):
        fed(receiver(), [message])


def test_damaged_frames_leave_no_trace():
    good = frames(8)
    bad = [m[: len(m) // 2] for m in good]
    found = receiver()
    for message in bad:
        with pytest.raises(MessageError):
            found.accept(message, 0, lambda stamp: stamp)
    np.testing.assert_array_equal(fed(found, good)[0].samples, fed(receiver(), good)[0].samples)
