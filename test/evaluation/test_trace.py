"""The second pass over a bag, and the buckets that keep its memory bounded."""

from collections import defaultdict

import cv2
import numpy as np
import pytest
from helpers import IMU, STORE, imu_message, make_card, sound_card, write_raw_bag
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.errors import BagError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.html.trace import trace_of
from dcat_ros.messages.image import Picture
from dcat_ros.sensors.envelope import Envelope, Evenly
from dcat_ros.sensors.thumbnail import thumbnail

S = 10**9
IMAGE = 'sensor_msgs/msg/Image'
INT16 = 'std_msgs/msg/Int16MultiArray'
readings = st.tuples(st.integers(0, 2**31 * S - 1), st.floats(-1e6, 1e6))


def naive(pairs, width_ns):
    """(start, least, greatest) by bucket."""
    buckets = defaultdict(list)
    for stamp_ns, value in pairs:
        buckets[stamp_ns // width_ns].append(value)
    return [(k * width_ns, min(v), max(v)) for k, v in sorted(buckets.items())]


@given(
    st.lists(st.lists(readings, max_size=12), max_size=8), st.integers(2, 9), st.integers(1, 999)
)
def test_envelope_is_that_of_all_values_in_few_buckets(chunks, most, width_ns):
    envelope = Envelope(max_buckets=most, width_ns=width_ns)
    for chunk in chunks:
        stamps = [stamp for stamp, _ in chunk]
        envelope.push(stamps, np.array([value for _, value in chunk]).reshape(-1, 1))
        assert len(envelope) <= most
    pairs = [pair for chunk in chunks for pair in chunk]
    starts, low, high = envelope.buckets()
    found = list(zip(starts.tolist(), low[:, 0].tolist(), high[:, 0].tolist(), strict=True))
    assert found == naive(pairs, envelope.width_ns)
    # no wider than it must be
    if envelope.width_ns > width_ns:
        assert len(naive(pairs, envelope.width_ns // 2)) > most


@given(st.lists(st.integers(-(2**40), 2**40), max_size=60), st.integers(2, 9))
def test_envelope_takes_times_of_both_signs(stamps, most):
    envelope = Envelope(max_buckets=most, width_ns=3)
    for stamp in stamps:
        envelope.push([stamp], [[1.0]])
    assert len(envelope) <= most


def test_envelope_of_several_channels_by_hand():
    envelope = Envelope(2, max_buckets=10, width_ns=10)
    envelope.push([1, 9, 10], [[1, 5], [3, 4], [7, 0]])
    envelope.push([5], [[2, 9]])
    starts, low, high = envelope.buckets()
    assert starts.tolist() == [0, 10]
    assert low.tolist() == [[1, 4], [7, 0]]
    assert high.tolist() == [[3, 9], [7, 0]]


def test_envelope_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match='no readings'):
        Envelope(2).push([1, 2], [[1.0], [2.0]])
    with pytest.raises(ValueError, match='a bucket'):
        Envelope(max_buckets=0)


@given(st.lists(st.integers(0, 2**50), max_size=100), st.integers(2, 10))
def test_evenly_keeps_some_in_order_and_one_a_bucket(stamps, most):
    evenly = Evenly(most, width_ns=7)
    for stamp in stamps:
        if evenly.wants(stamp):
            evenly.put(stamp, stamp)
    kept = evenly.items()
    assert kept == sorted(kept)
    assert len(kept) <= most
    assert set(kept) <= set(stamps)
    assert len({stamp // evenly.width_ns for stamp in kept}) == len(kept)
    # no stretch of time is without its item
    assert {s // evenly.width_ns for s in stamps} == {s // evenly.width_ns for s in kept}


@pytest.mark.parametrize('n', [10, 49, 1000, 54321])
def test_evenly_spreads_over_any_length(n):
    evenly = Evenly(48, width_ns=S)
    for i in range(n):
        evenly.put(i * S, i)
    kept = evenly.items()
    assert min(n, 24) <= len(kept) <= 48
    assert len(set(np.diff(kept).tolist())) == 1


def imu_bag(path, stamped=True, extra=()):
    messages = []
    for i in range(200):
        at = 1000 * S + i * S // 50
        # 3, 4, 0 has the length 5; 0, 0, 2 the length 2
        data = imu_message(at if stamped else 0, (3, 4, 0, 0, 0, 2 + (i == 100)))
        messages.append(('/imu/data_raw', IMU, at + S, data))
    write_raw_bag(path, [*messages, *extra])
    return path


def test_trace_of_imu_has_the_lengths_of_both_vectors(tmp_path):
    trace = trace_of(imu_bag(tmp_path / 'bag'), BagSource(), make_card())
    acceleration, rate = trace.bands
    assert (acceleration.unit, rate.unit) == ('m/s²', 'rad/s')
    assert (trace.begin_ns, trace.end_ns) == (1000 * S, 1000 * S + 199 * S // 50)
    assert (acceleration.low.min(), acceleration.high.max()) == (5, 5)
    assert (rate.low.min(), rate.high.max()) == (2, 3)
    assert acceleration.starts_ns[0] <= 1000 * S < acceleration.starts_ns[0] + acceleration.width_ns
    assert trace.pictures == ()


@pytest.mark.parametrize(('stamped', 'receipt'), [(False, False), (True, True)])
def test_trace_takes_log_times_where_stamps_are_empty_or_not_wanted(tmp_path, stamped, receipt):
    path = imu_bag(tmp_path / 'bag', stamped)
    trace = trace_of(path, BagSource(receive_time=receipt), make_card())
    assert trace.begin_ns == 1001 * S


def test_trace_skips_the_unusable(tmp_path):
    bad = imu_message(5 * S, (float('nan'), 0, 0, 0, 0, 0))
    extra = [('/imu/data_raw', IMU, 2000 * S, data) for data in (b'', b'\0\1\0\0junk', bad)]
    trace = trace_of(imu_bag(tmp_path / 'bag', extra=extra), BagSource(), make_card())
    assert (trace.begin_ns, trace.end_ns) == (1000 * S, 1000 * S + 199 * S // 50)


def test_trace_of_nothing_usable_is_empty(tmp_path):
    write_raw_bag(tmp_path / 'bag', [('/imu/data_raw', IMU, S, b'')])
    trace = trace_of(tmp_path / 'bag', BagSource(), make_card())
    assert (trace.begin_ns, trace.bands, trace.pictures) == (0, (), ())


def test_trace_wants_the_topic(tmp_path):
    with pytest.raises(BagError, match='/other'):
        trace_of(imu_bag(tmp_path / 'bag'), BagSource(imu='/other'), make_card())


def test_trace_of_long_imu_has_few_buckets(tmp_path):
    messages = [
        ('/imu/data_raw', IMU, i * S + S, imu_message(i * S + S, (0, 0, i, 0, 0, 0)))
        for i in range(1500)
    ] + [('/imu/data_raw', IMU, 10**7 * S, imu_message(10**7 * S, (0, 0, 1, 0, 0, 0)))]
    write_raw_bag(tmp_path / 'bag', messages)
    band = trace_of(tmp_path / 'bag', BagSource(), make_card()).bands[0]
    assert 1 < len(band.starts_ns) <= 4000
    assert (band.low.min(), band.high.max()) == (0, 1499)


def test_trace_of_sound_without_header_ends_at_the_log_time(tmp_path):
    types = STORE.types
    messages = []
    for i in range(1, 6):
        # two channels of 8000 samples a second: a quarter of a second
        values = np.zeros((2000, 2), np.int16)
        values[7, 1], values[9, 0] = 16384, -8192
        layout = types['std_msgs/msg/MultiArrayLayout'](dim=[], data_offset=0)
        message = types[INT16](layout=layout, data=values.reshape(-1))
        data = bytes(STORE.serialize_cdr(message, INT16))
        messages.append(('/audio', INT16, 100 * S + i * S // 4, data))
    messages.append(('/audio', INT16, 102 * S, b'\0\1\0\0'))
    write_raw_bag(tmp_path / 'bag', messages)
    source = BagSource(audio='/audio', sample_rate=8000, channels=2)
    trace = trace_of(tmp_path / 'bag', source, sound_card())
    (band,) = trace.bands
    assert trace.begin_ns == 100 * S
    assert trace.end_ns == 100 * S + 5 * S // 4 - S // 8000
    assert (band.low.min(), band.high.max()) == (-0.25, 0.5)


def depth_card():
    return make_card(
        modality='depth',
        input={
            'channels': ('mask', 'relative_depth'),
            'units': ('1', 'm'),
            'rate_hz': 15.0,
            'size': 32,
        },
    )


def image_message(stamp_ns, pixels, encoding='16UC1'):
    sec, nanosec = divmod(stamp_ns, S)
    types = STORE.types
    message = types[IMAGE](
        header=types['std_msgs/msg/Header'](
            stamp=types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec), frame_id='c'
        ),
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        is_bigendian=0,
        step=pixels.strides[0],
        data=np.frombuffer(pixels.tobytes(), np.uint8),
    )
    return bytes(STORE.serialize_cdr(message, IMAGE))


def test_trace_of_pictures_spreads_few_of_them(tmp_path):
    pixels = np.full((24, 32), 2000, np.uint16)
    messages = [
        ('/depth', IMAGE, 100 * S + i * S, image_message(100 * S + i * S, pixels))
        for i in range(150)
    ]
    messages[3:3] = [('/depth', IMAGE, 101 * S, b'junk')]
    write_raw_bag(tmp_path / 'bag', messages)
    trace = trace_of(tmp_path / 'bag', BagSource(image='/depth'), depth_card())
    assert (trace.begin_ns, trace.end_ns, trace.bands) == (100 * S, 249 * S, ())
    stamps = [picture.stamp_ns for picture in trace.pictures]
    assert 24 <= len(stamps) <= 48
    assert len(set(np.diff(stamps[1:]).tolist())) == 1
    picture = trace.pictures[0]
    assert (picture.width, picture.height) == (96, 72)
    assert picture.jpeg.startswith(b'\xff\xd8')


def decoded(picture):
    return cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)


def test_thumbnail_of_depth_shows_holes_black_and_near_brighter_than_far():
    depth = np.full((90, 90), 4000, np.uint16)
    depth[:, 30:60] = 1000
    depth[:, 60:] = 0
    shown = decoded(thumbnail(Picture(5, 'c', 'depth', depth), 7)).astype(int)
    far, near, hole = (shown[48, x].sum() for x in (16, 48, 80))
    assert near > far > hole
    assert hole < 30


@pytest.mark.parametrize('shape', [(1, 500), (3000, 2), (1, 1)])
def test_thumbnail_of_odd_shapes_stays_small(shape):
    small = thumbnail(Picture(0, '', 'depth', np.zeros(shape, np.uint16)), 0)
    assert small.width == 96
    assert 1 <= small.height <= 192
    assert decoded(small).max() < 10


def test_thumbnail_of_colour_keeps_red_red():
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:, :, 0] = 255
    blue, _, red = decoded(thumbnail(Picture(0, '', 'colour', pixels), 0))[20, 48]
    assert red > 200 > 60 > blue
