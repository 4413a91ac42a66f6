"""Depth of bags as training gets it: what cannot be is refused or said."""

import numpy as np
import pytest
from helpers import STORE, write_raw_bag

from dcat_ros.bags.read import BagReader
from dcat_ros.segment import Segment
from dcat_ros.sensors.cut import Stretches
from dcat_ros.sensors.depth.cuts import cuts
from dcat_ros.sensors.names import topics_and_settings

IMAGE = 'sensor_msgs/msg/Image'
BEGIN = 10**18
PERIOD = 100_000_000


def pixels(seed):
    """Somebody at 2.5 m, with a noise of 1 mm."""
    depth = np.zeros((60, 80), np.uint16)
    depth[10:50, 30:50] = 2500 + np.random.default_rng(seed).integers(-1, 2, (40, 20))
    return depth


def message(stamp_ns, depth, encoding='16UC1'):
    types = STORE.types
    sec, nanosec = divmod(stamp_ns, 10**9)
    stamp = types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec)
    image = types[IMAGE](
        header=types['std_msgs/msg/Header'](stamp=stamp, frame_id='camera'),
        height=60,
        width=80,
        encoding=encoding,
        is_bigendian=0,
        step=depth.strides[0],
        data=depth.view(np.uint8).ravel(),
    )
    return bytes(STORE.serialize_cdr(image, IMAGE))


def signals(path, frames, **options):
    """Of stretches of two seconds, 20 frames each."""
    write_raw_bag(
        path,
        [
            ('/depth', IMAGE, BEGIN + i * PERIOD, message(BEGIN + i * PERIOD, frame, **options))
            for i, frame in enumerate(frames)
        ],
    )
    found = []
    n = len(frames) // 20
    length = 20 * PERIOD
    segments = [Segment(BEGIN + i * length, BEGIN + (i + 1) * length, 'x') for i in range(n)]
    given = topics_and_settings({'focal': 70.0, 'max_range': 10.0})
    with BagReader(path) as bag:
        return cuts(Stretches(bag, '/depth', segments, given, found, False)), found


def test_right_pictures_are_not_doubted(tmp_path):
    (signal,), found = signals(tmp_path / 'bag', [pixels(i) for i in range(20)])
    assert signal.values.shape == (20, 2, 32, 32)
    assert found == []


def test_a_frozen_stretch_is_refused_and_the_next_one_is_not(tmp_path):
    frames = [pixels(0)] * 20 + [pixels(i) for i in range(20)]
    (why, signal), found = signals(tmp_path / 'bag', frames)
    assert why.startswith('20 depth pictures in turn are the same to the last bit')
    assert len(signal.values) == 20
    assert found == []


def test_mono16_is_depth_and_said_once(tmp_path):
    frames = [pixels(i) for i in range(40)]
    cuts, found = signals(tmp_path / 'bag', frames, encoding='mono16')
    plain, _ = signals(tmp_path / 'plain', frames)
    assert [doubt.reason for doubt in found] == ['encoding']
    for cut, expected in zip(cuts, plain, strict=True):
        np.testing.assert_array_equal(cut.values, expected.values)


@pytest.mark.parametrize(
    ('convert', 'encoding', 'reason'),
    [
        (lambda d: d.astype(np.float32), '32FC1', 'unit'),
        (lambda d: d.byteswap(), '16UC1', 'byte_order'),
    ],
)
def test_a_wrong_unit_or_byte_order_is_a_doubt(tmp_path, convert, encoding, reason):
    frames = [convert(pixels(i)) for i in range(20)]
    _, found = signals(tmp_path / 'bag', frames, encoding=encoding)
    assert [doubt.reason for doubt in found] == [reason]
