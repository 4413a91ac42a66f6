"""decode_imu_runs == decode_imu one by one."""

from itertools import groupby
from struct import pack

import numpy as np
import pytest
from helpers import imu_message
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dcat_ros.errors import MessageError
from dcat_ros.messages.packed import Packed
from dcat_ros.rejections import Rejections
from dcat_ros.sensors.inertial.messages import decode_imu, decode_imu_runs


def refused(place, problem):
    raise problem


def bad_stamp(data, nanosec=10**9):
    order = '<' if data[1] & 1 else '>'
    return data[:8] + pack(f'{order}I', nanosec) + data[12:]


def negative_second(data):
    order = '<' if data[1] & 1 else '>'
    return data[:4] + pack(f'{order}i', -5) + data[8:]


VALUE = st.sampled_from([0.0, 1.5, -9.8, 150.0, 199.0, 250.0, 3000.0, float('nan'), float('inf')])
MESSAGE = st.builds(
    imu_message,
    stamp_ns=st.integers(0, 2**31 * 10**9 - 1),
    values=st.tuples(*[st.one_of(st.floats(-100, 100), VALUE)] * 6),
    frame_id=st.sampled_from(['', 'imu', 'imv', 'imu_link', 'imu_left']),
    little=st.sampled_from([True, True, True, False]),
    covariances=st.sampled_from([(0.0, 0.0)] * 6 + [(-1.0, 0.0), (0.0, -1.0)]),
)
SPOILT = st.one_of(
    MESSAGE,
    MESSAGE,
    MESSAGE,
    st.builds(lambda data, n: data[:n], MESSAGE, st.integers(0, 330)),
    st.builds(lambda data, tail: data + tail, MESSAGE, st.binary(max_size=9)),
    st.builds(lambda data, start: start + data[2:], MESSAGE, st.binary(min_size=2, max_size=2)),
    st.binary(max_size=40),
)
WITH_STAMPS = st.one_of(SPOILT, MESSAGE.map(bad_stamp), MESSAGE.map(negative_second))


def one_by_one(messages):
    """Runs and counts from decode_imu alone."""
    good, rejected = [], Rejections()
    for place, data in enumerate(messages):
        try:
            good.append((place, decode_imu(data)))
        except MessageError as problem:
            rejected[problem.reason] += 1
    return good, rejected


def check(messages):
    good, expected_rejected = one_by_one(messages)
    rejected = Rejections()
    found = []
    for run in decode_imu_runs(Packed.of(messages), lambda _, why: rejected.add(why)):
        assert run.values.shape == (len(run.places), 6)
        assert len(run.stamps_ns) == len(run.places) > 0
        found += [
            (int(place), (int(stamp), run.frame_id, tuple(row.tolist())))
            for place, stamp, row in zip(run.places, run.stamps_ns, run.values, strict=True)
        ]
    assert found == [(place, tuple(sample)) for place, sample in good]
    assert rejected == expected_rejected


@settings(max_examples=200)
@given(st.lists(SPOILT, max_size=12))
def test_decode_imu_runs_good_and_bad_is_one_by_one(messages):
    check(messages)


@settings(max_examples=100, report_multiple_bugs=False)
@given(st.lists(WITH_STAMPS, max_size=12))
@example([bad_stamp(imu_message(5)), imu_message(6)])
def test_decode_imu_runs_bad_stamps_among_them_is_one_by_one(messages):
    check(messages)


def test_decode_imu_runs_bad_stamps_behind_a_good_one():
    good = imu_message(5)
    check([good, negative_second(good), bad_stamp(good), good])


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(['a', 'b', 'cc']), st.integers(0, 99)), max_size=30),
    st.booleans(),
)
def test_decode_imu_runs_run_for_each_stretch_of_one_frame(items, little):
    messages = [imu_message(s, frame_id=f, little=little) for f, s in items]
    runs = list(decode_imu_runs(Packed.of(messages), refused))
    expected = [(f, [s for _, s in g]) for f, g in groupby(items, key=lambda item: item[0])]
    assert [(run.frame_id, run.stamps_ns.tolist()) for run in runs] == expected


def test_decode_imu_runs_nothing_gives_nothing():
    rejected = Rejections()
    assert list(decode_imu_runs(Packed.of([]), lambda _, why: rejected.add(why))) == []
    assert not rejected


def test_decode_imu_runs_ten_thousand_of_one_layout_is_one_run():
    messages = [imu_message(i, (i % 50, 0, 0, 0, 0, 0)) for i in range(500)] * 20
    (run,) = decode_imu_runs(Packed.of(messages), refused)
    np.testing.assert_array_equal(run.values[:, 0], np.arange(10_000) % 500 % 50)
    np.testing.assert_array_equal(run.places, np.arange(10_000))


@pytest.mark.parametrize('length', [4095, 4096, 5000])
def test_decode_imu_runs_frames_that_differ_at_their_end_are_two(length):
    frames = ['x' * length + end for end in 'ab']
    runs = list(decode_imu_runs(Packed.of([imu_message(1, frame_id=f) for f in frames]), refused))
    assert [run.frame_id[-1] for run in runs] == ['a', 'b']
