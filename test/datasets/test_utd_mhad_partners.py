import shutil

import numpy as np
import pytest
from helpers import some_of_utd_mhad
from scipy.io import savemat

from dcat_ros.datasets import utd_mhad, utd_mhad_files
from dcat_ros.errors import DatasetError

ALL = ('imu', 'skeleton', 'depth')


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path / 'cache'))


def picture(n=8):
    depth = np.zeros((24, 32, n), np.uint16)
    depth[6:18, 10:16] = 2800
    return depth


def joints(n=8):
    return np.random.default_rng(0).normal(size=(20, 3, n))


def write(folder, name, skeleton=None, depth=None, n=8):
    for kind, variable, values in (
        ('Inertial', 'd_iner', np.ones((31, 6))),
        ('Skeleton', 'd_skel', joints(n) if skeleton is None else skeleton),
        ('Depth', 'd_depth', picture(n) if depth is None else depth),
    ):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        savemat(folder / kind / f'{name}_{kind.lower()}.mat', {variable: values})


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / 'data' / 'utd_mhad'
    write(made, 'a1_s1_t1')
    write(made, 'a1_s1_t2')
    return made


def why(dataset, name):
    return [s.why for s in dataset.skipped if s.name == f'{name}_inertial.mat']


def test_load_partners_shapes_values_and_stamps(folder):
    trial = utd_mhad.load(folder.parent, ALL).trials[0]
    assert set(trial.signals) == set(ALL)
    skeleton, depth = trial.signals['skeleton'], trial.signals['depth']
    np.testing.assert_array_equal(skeleton.values, joints().transpose(2, 0, 1).reshape(8, 60))
    assert depth.values.shape == (8, 2, 32, 32)
    # 31 samples at 50 Hz last 0.6 s
    expected = np.round(np.arange(8) * 600_000_000 / 7).astype(int).tolist()
    assert skeleton.stamps_ns.tolist() == depth.stamps_ns.tolist() == expected
    # 12 x 6 px at 28.5 px of focal length and 2.8 m: 21.4 px for 2.1 m
    share = depth.values[0, 0].sum() / 32**2
    assert share == pytest.approx(12 * 6 / (28.563 * 2.1 / 2.8) ** 2, rel=1e-3)


@pytest.mark.parametrize('asked', [('imu',), ('skeleton',), ('depth',), ('depth', 'imu')])
def test_load_gives_what_is_asked_for(folder, asked):
    trials = utd_mhad.load(folder.parent, asked).trials
    assert [set(trial.signals) for trial in trials] == [set(asked)] * 2


@pytest.mark.parametrize('asked', [(), ('sound',), ('imu', 'sound')])
def test_load_modality_that_is_none(folder, asked):
    with pytest.raises(DatasetError, match=r'has (no sound; it has )?imu, skeleton, depth'):
        utd_mhad.load(folder.parent, asked)


@pytest.mark.parametrize('kind', ['Skeleton', 'Depth'])
@pytest.mark.parametrize('folder_too', [False, True])
def test_load_missing_partner_skips_the_trial_where_it_is_asked_for(folder, kind, folder_too):
    path = folder / kind / f'a1_s1_t2_{kind.lower()}.mat'
    path.unlink()
    if folder_too:
        (folder / kind / f'a1_s1_t1_{kind.lower()}.mat').unlink()
        (folder / kind).rmdir()
    dataset = utd_mhad.load(folder.parent, ALL)
    assert why(dataset, 'a1_s1_t2') == [f'the partner {path.name} is missing']
    assert [t.name for t in dataset.trials] == ([] if folder_too else ['a1_s1_t1'])
    assert len(utd_mhad.load(folder.parent).trials) == 2


@pytest.mark.parametrize('n_bytes', [0, 100, 300])
@pytest.mark.parametrize('kind', ['Skeleton', 'Depth'])
def test_load_truncated_partner_skips_the_trial_each_time(folder, kind, n_bytes):
    path = folder / kind / f'a1_s1_t2_{kind.lower()}.mat'
    path.write_bytes(path.read_bytes()[:n_bytes])
    for _ in range(2):
        dataset = utd_mhad.load(folder.parent, ALL)
        assert [t.name for t in dataset.trials] == ['a1_s1_t1']
        assert path.name in why(dataset, 'a1_s1_t2')[0]


@pytest.mark.parametrize(
    ('wrong', 'text'),
    [
        ({'skeleton': joints(7)}, 'a1_s1_t2_depth.mat has 8 frames, the skeleton 7'),
        ({'skeleton': np.zeros((20, 8))}, 'a1_s1_t2_skeleton.mat has no variable d_skel of shape'),
        ({'skeleton': np.zeros((19, 3, 8))}, 'skeleton.mat has no variable d_skel of shape'),
        ({'skeleton': np.full((20, 3, 8), np.nan)}, 'skeleton.mat has under two frames, or a'),
        ({'skeleton': joints(1)}, 'a1_s1_t2_skeleton.mat has under two frames'),
        ({'depth': np.zeros((24, 32, 8), np.uint16)}, 'depth.mat: no frame has a depth reading'),
        ({'depth': np.zeros((24, 32), np.uint16)}, 'a1_s1_t2_depth.mat has no variable d_depth'),
        ({'depth': np.full((2, 2, 2), 'x', dtype=object)}, 'depth.mat has no variable d_depth'),
    ],
)
def test_load_partner_that_is_something_else_skips_the_trial(folder, wrong, text):
    write(folder, 'a1_s1_t2', **wrong)
    dataset = utd_mhad.load(folder.parent, ALL)
    assert [t.name for t in dataset.trials] == ['a1_s1_t1']
    assert text in why(dataset, 'a1_s1_t2')[0]


def test_load_cuts_depth_once_until_a_file_changes(folder, monkeypatch):
    cut, real = [], utd_mhad_files.crop

    def counted(frames, *options):
        cut.append(len(frames))
        return real(frames, *options)

    monkeypatch.setattr(utd_mhad_files, 'crop', counted)
    seen = []
    first = utd_mhad.load(folder.parent, ALL, lambda *steps: seen.append(steps))
    second = utd_mhad.load(folder.parent, ALL, lambda *steps: seen.append(steps))
    assert cut == [8, 8]
    assert seen == [(1, 2), (2, 2)]
    for one, other in zip(first.trials, second.trials, strict=True):
        np.testing.assert_array_equal(one.signals['depth'].values, other.signals['depth'].values)
    moved = folder.parent.with_name('moved')
    shutil.copytree(folder.parent, moved)  # other times of change, the same recordings
    utd_mhad.load(moved, ALL)
    assert len(cut) == 2
    write(moved / folder.name, 'a1_s1_t1', depth=picture() + 1)
    utd_mhad.load(moved, ALL)
    assert len(cut) == 4
    monkeypatch.setattr(utd_mhad_files, '_VERSION', 2)
    utd_mhad.load(folder.parent, ALL)
    assert len(cut) == 6


def test_load_damaged_cache_gives_the_same(folder, tmp_path):
    first = utd_mhad.load(folder.parent, ('depth',))
    (path,) = (tmp_path / 'cache').iterdir()
    data = bytearray(path.read_bytes())
    data[-5] ^= 64
    path.write_bytes(data)
    with pytest.warns(RuntimeWarning, match='damaged'):
        second = utd_mhad.load(folder.parent, ('depth',))
    for one, other in zip(first.trials, second.trials, strict=True):
        np.testing.assert_array_equal(one.signals['depth'].values, other.signals['depth'].values)


@pytest.fixture
def first_repetitions(data_dir, tmp_path):
    """A folder of subject 1's first repetitions, for all of them take half a minute."""
    return some_of_utd_mhad(data_dir, tmp_path / 'data', '*_s1_t1')


def test_load_real_depth_and_skeleton_show_the_same_person(first_repetitions):
    dataset = utd_mhad.load(first_repetitions, ALL)
    assert len(dataset.trials) == 27
    moved = {}
    for trial in dataset.trials:
        skeleton, depth = trial.signals['skeleton'].values, trial.signals['depth'].values
        share = depth[:, 0]
        # a person fills a tenth of 2.1 m x 2.1 m: 0.5 m2
        assert 0.05 < share.mean() < 0.25
        # whoever steps to the camera and back does so in both
        relative = (depth[:, 1] * share).sum((1, 2)) / share.sum((1, 2))
        away = skeleton.reshape(-1, 20, 3)[..., 2].mean(1)
        if away.std() > 0.05:
            moved[trial.label] = np.corrcoef(relative, away)[0, 1]
    assert set(moved) >= {'bowling', 'lunge', 'squat', 'sit_to_stand', 'stand_to_sit'}
    assert min(moved.values()) > 0.7
    assert np.median(list(moved.values())) > 0.95
