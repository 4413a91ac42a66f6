"""Bags that were written here are read back by rosbags itself."""

import os

import numpy as np
import pytest
from helpers import STORE
from rosbags.highlevel import AnyReader

from dcat_ros.bags.write import Piece, make_bag, write_bag
from dcat_ros.datasets import Dataset, DatasetInfo, Signal, Trial
from dcat_ros.errors import BagError, OutputError
from dcat_ros.segment import Segment

BEGIN_NS = 1_767_225_600 * 10**9  # 2026-01-01 00:00 UTC
S = 10**9


def dataset():
    rng = np.random.default_rng(0)
    trials = [
        Trial(f't{i}', label, subject, f't{i}',
              {'imu': Signal.at_rate(rng.normal(size=(n, 6)), 50.0)})
        for i, (label, subject, n) in enumerate(
            [('walk', '1', 30), ('jog', '1', 40), ('walk', '2', 35)]
        )
    ]  # fmt: skip
    return Dataset(DatasetInfo('m', 'M', 'x', 'y', ('walk', 'jog'), 50.0, 'made'), tuple(trials))


def read_back(path):
    """(stamp, frame, values) with log times, and (log time, label)."""
    samples, labels = [], []
    with AnyReader([path], default_typestore=STORE) as reader:
        for connection, time_ns, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            if connection.topic == '/activity_truth':
                labels.append((time_ns, message.data))
                continue
            assert connection.topic == '/imu/data_raw'
            assert message.orientation_covariance[0] == -1
            a, w = message.linear_acceleration, message.angular_velocity
            stamp = message.header.stamp.sec * S + message.header.stamp.nanosec
            assert stamp == time_ns
            samples.append((stamp, message.header.frame_id, [a.x, a.y, a.z, w.x, w.y, w.z]))
    return samples, labels


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_make_bag_trials_are_read_back_by_rosbags(tmp_path, storage):
    made = dataset()
    make_bag(made, tmp_path / 'bag', storage=storage)
    ending = {'mcap': 'mcap', 'sqlite3': 'db3'}[storage]
    assert (tmp_path / 'bag' / f'bag.{ending}').is_file()
    samples, labels = read_back(tmp_path / 'bag')
    # a trial of n samples ends one ns after its last, and 5 s later the next begins
    begins = [BEGIN_NS]
    for n in (30, 40):
        begins.append(begins[-1] + (n - 1) * S // 50 + 1 + 5 * S)
    stamps = [b + i * S // 50 for b, n in zip(begins, (30, 40, 35), strict=True) for i in range(n)]
    assert [s for s, _, _ in samples] == stamps
    assert {f for _, f, _ in samples} == {'imu_link'}
    values = np.concatenate([t.signals['imu'].values for t in made.trials])
    np.testing.assert_array_equal([v for _, _, v in samples], values)
    ends = [b + (n - 1) * S // 50 + 1 for b, n in zip(begins, (30, 40, 35), strict=True)]
    assert labels == [
        (begins[0], 'walk'), (ends[0], ''), (begins[1], 'jog'), (ends[1], ''),
        (begins[2], 'walk'), (ends[2], ''),
    ]  # fmt: skip


def test_make_bag_continuous_has_rest_and_no_hole_within_a_subject(tmp_path):
    make_bag(dataset(), tmp_path / 'bag', continuous=True, seed=3)
    samples, labels = read_back(tmp_path / 'bag')
    steps = np.diff([s for s, _, _ in samples])
    assert sorted(set(steps.tolist())) == [S // 50, S // 50 + 5 * S]
    assert (steps > S).sum() == 1  # between the two subjects
    names = [label for _, label in labels]
    assert [n for n in names if n not in ('rest', '')][2] == 'walk'
    assert names.count('rest') == 3 + 2
    assert names.count('') == 2


def test_make_bag_continuous_is_the_same_for_the_same_seed(tmp_path):
    for name, seed in (('a', 3), ('b', 3), ('c', 4)):
        make_bag(dataset(), tmp_path / name, continuous=True, seed=seed)
    one, two, other = (read_back(tmp_path / n) for n in 'abc')
    assert one == two
    assert one != other


@pytest.mark.parametrize('kind', ['folder', 'file'])
def test_write_bag_existing_out_is_refused_and_kept(tmp_path, kind):
    out = tmp_path / 'bag'
    if kind == 'folder':
        out.mkdir()
        (out / 'mine').write_text('x')
    else:
        out.write_text('x')
    with pytest.raises(OutputError, match='bag exists already; choose another name'):
        make_bag(dataset(), out)
    assert (out / 'mine' if kind == 'folder' else out).read_text() == 'x'


def test_write_bag_unknown_storage_is_refused(tmp_path):
    with pytest.raises(BagError, match="storage 'zip' is not known; choose mcap or sqlite3"):
        make_bag(dataset(), tmp_path / 'bag', storage='zip')
    assert os.listdir(tmp_path) == []


def test_write_bag_that_fails_midway_leaves_nothing(tmp_path):
    def pieces():
        yield Piece(Signal.at_rate(np.zeros((3, 6)), 50.0), (Segment(0, S, 'walk'),))
        raise OSError(28, 'No space left on device')

    with pytest.raises(OutputError, match=r'bag cannot be written: .*No space left'):
        write_bag(pieces(), tmp_path / 'bag')
    assert os.listdir(tmp_path) == []


def test_write_bag_interrupted_leaves_nothing(tmp_path):
    def pieces():
        yield Piece(Signal.at_rate(np.zeros((3, 6)), 50.0), (Segment(0, S, 'walk'),))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_bag(pieces(), tmp_path / 'bag')
    assert os.listdir(tmp_path) == []


def test_write_bag_below_a_file_is_refused(tmp_path):
    (tmp_path / 'file').write_text('x')
    with pytest.raises(OutputError, match='cannot be written'):
        make_bag(dataset(), tmp_path / 'file' / 'bag')


@pytest.mark.parametrize('odd', ['x' * 300, 'x' * 5000], ids=['300', '5000'])
def test_write_bag_name_that_cannot_be_is_refused(tmp_path, odd):
    with pytest.raises(OutputError):
        make_bag(dataset(), tmp_path / odd)
