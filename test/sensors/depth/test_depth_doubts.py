"""What speaks against depth pictures: by hand, and against none that a camera took."""

import numpy as np
import pytest

from dcat_ros.datasets.utd_mhad_files import read_matrix
from dcat_ros.doubt import FAULT, SENSELESS
from dcat_ros.sensors.depth.doubts import DepthJudge, doubts

PERIOD = 125_000_000


def room(seed=0, shape=(48, 64)):
    """A wall that slopes away, with the noise of a camera, and a person before it."""
    rng = np.random.default_rng(seed)
    depth = 3500 + 2 * np.arange(shape[1]) + rng.normal(scale=3, size=shape)
    depth[10:40, 20:35] = 2200 + rng.normal(scale=3, size=(30, 15))
    depth[:, 5] = 0
    return np.round(depth).astype(np.uint16)


def reasons(raw, pixels=None):
    return [doubt.reason for doubt in doubts(raw, room() if pixels is None else pixels)]


NONE = np.zeros((48, 64), np.uint16)


@pytest.mark.parametrize(
    ('raw', 'pixels', 'expected'),
    [
        (room(), None, []),
        (room() / 1000, None, []),
        (np.where(room() == 0, np.nan, room() / 1000).astype(np.float32), None, []),
        (room().astype(np.int16), None, []),
        (NONE, NONE, ['zero']),
        (np.full((48, 64), np.nan, np.float32), NONE, ['zero']),
        # mm as floats: all beyond what 16 bits hold
        (room().astype(np.float32), NONE, ['unit']),
        (room().astype(np.float64), NONE, ['unit']),
        # m, and tenths of mm, as whole numbers
        (room() // 1000, room() // 1000, ['unit']),
        (room() * 10, room() * 10, ['unit']),
        (room().byteswap(), room().byteswap(), ['byte_order']),
        ((room() / 1000).astype(np.float32).byteswap(), NONE, ['byte_order']),
        (room().astype(np.int32).byteswap(), NONE, ['byte_order']),
        # a flat wall is no doubt, and neither is a speck
        (np.full((48, 64), 2500, np.uint16), None, []),
        (np.eye(15, 64, dtype=np.uint16), None, []),
    ],
)
def test_doubts_of_a_picture_by_hand(raw, pixels, expected):
    assert reasons(raw, pixels) == expected


@pytest.mark.parametrize(
    ('raw', 'text'),
    [
        (room().astype(np.float32), '3555 m in the middle, .* publish mm as 16UC1'),
        (room() // 1000, '3 mm in the middle, .* publish m as 32FC1'),
        (room().byteswap(), 'is_bigendian of the pictures is wrong'),
        (NONE, 'no pixel .* covered'),
    ],
)
def test_a_doubt_says_what_to_do(raw, text):
    (doubt,) = doubts(raw, NONE)
    assert doubt.level == FAULT
    assert not doubt.sentence.endswith('.')
    with pytest.raises(AssertionError, match=text):
        raise AssertionError(doubt.sentence)


def judged(frames, span_s=1.0, period=PERIOD):
    judge = DepthJudge(span_s)
    for i, frame in enumerate(frames):
        judge.feed(i * period, frame, frame)
    return judge


def test_pictures_that_are_all_the_same_are_frozen():
    (doubt,) = judged([room()] * 8).doubts
    assert (doubt.reason, doubt.level) == ('frozen', SENSELESS)
    assert '8 depth pictures' in doubt.sentence


@pytest.mark.parametrize(
    'frames',
    [
        [room()] * 2,
        [room(i) for i in range(8)],
        [room()] * 7 + [room(1)],
        [room(), room(1)] * 4,
    ],
)
def test_pictures_that_differ_or_are_few_are_not(frames):
    assert judged(frames).doubts == []


def test_pictures_of_nobody_are_empty_and_not_frozen():
    assert [doubt.reason for doubt in judged([NONE] * 8).doubts] == ['zero']


def test_most_of_the_last_pictures_count_and_old_ones_are_forgotten():
    assert judged([room(i) for i in range(6)] + [NONE] * 2).doubts == []
    judge = judged([NONE] * 8)
    for i in range(8, 17):
        judge.feed(i * PERIOD, room(i), room(i))
    assert judge.doubts == []
    judge.feed(0, room(), room())  # back in time
    judge.reset()
    assert judge.doubts == []


def test_a_camera_that_thaws_is_believed_once_the_old_pictures_are_forgotten():
    judge = judged([room()] * 8)
    judge.feed(8 * PERIOD, room(1), room(1))
    assert judge.doubts == []


def test_no_real_picture_is_doubted(data_dir):
    """Every frame of every 20th trial, in mm and in m, and each trial as a window."""
    paths = sorted((data_dir / 'utd_mhad' / 'Depth').glob('*.mat'))[::20]
    assert len(paths) > 20
    for path in paths:
        frames = read_matrix(path, 'd_depth').transpose(2, 0, 1).astype(np.uint16)
        judge = DepthJudge(2.0)
        for i, frame in enumerate(frames):
            raw = frame[::4]
            judge.feed(i * 33_333_333, raw, frame)
            assert judge.doubts == [], (path.name, i)
        assert doubts((raw / 1000).astype(np.float32), frame) == [], path.name
        assert [d.reason for d in doubts(raw.byteswap(), frame)] == ['byte_order'], path.name
        assert [d.reason for d in doubts(raw.astype(np.float32), NONE)] == ['unit'], path.name
