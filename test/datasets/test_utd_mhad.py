import numpy as np
import pytest
from scipy.io import savemat

from dcat_ros.datasets import utd_mhad
from dcat_ros.errors import DatasetError


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / 'utd_mhad' / 'Inertial'
    made.mkdir(parents=True)
    return made


def write(folder, name, values=None, variable='d_iner'):
    values = np.tile([1.0, -2.0, 0.5, 180.0, -90.0, 0.0], (30, 1)) if values is None else values
    savemat(folder / f'{name}_inertial.mat', {variable: values})


def why(dataset, name):
    return [s.why for s in dataset.skipped if s.name == f'{name}_inertial.mat']


def test_load_units_label_subject_and_stamps(folder):
    write(folder, 'a23_s4_t2')
    (trial,) = utd_mhad.load(folder.parents[1]).trials
    assert (trial.name, trial.label, trial.subject) == ('a23_s4_t2', 'walk', '4')
    assert trial.source == 'a23_s4_t2_inertial.mat'
    signal = trial.signals['imu']
    expected = [9.80665, -19.6133, 4.903325, np.pi, -np.pi / 2, 0]
    np.testing.assert_allclose(signal.values, np.tile(expected, (30, 1)))
    assert signal.stamps_ns.tolist() == [20_000_000 * i for i in range(30)]


@pytest.mark.parametrize(
    ('action', 'label'), [(1, 'swipe_left'), (22, 'jog'), (24, 'sit_to_stand'), (27, 'squat')]
)
def test_load_label_of_the_action(folder, action, label):
    write(folder, f'a{action}_s1_t1')
    assert utd_mhad.load(folder.parents[1]).trials[0].label == label


def test_load_missing_recordings_are_named_but_not_the_withdrawn(folder):
    write(folder, 'a8_s1_t1')
    dataset = utd_mhad.load(folder.parents[1])
    # 27 actions, 4 times each, one is there, and a8_s1_t4 was withdrawn
    assert len(dataset.skipped) == 27 * 4 - 2
    assert {s.why for s in dataset.skipped} == {'the file is missing'}
    assert why(dataset, 'a8_s1_t2')
    assert not why(dataset, 'a8_s1_t4')


@pytest.mark.parametrize(
    ('values', 'variable', 'text'),
    [
        (np.zeros((24, 6)), 'd_iner', '24 samples are too short, 25 are needed'),
        (np.zeros((30, 5)), 'd_iner', 'no variable d_iner of shape'),
        (np.zeros((30, 6)), 'other', 'no variable d_iner of shape'),
        (np.full((30, 6), np.nan), 'd_iner', 'NaN or infinite'),
        (np.full((30, 6), np.inf), 'd_iner', 'NaN or infinite'),
        (np.full((30, 6), 'x', dtype=object), 'd_iner', 'not numbers'),
    ],
)
def test_load_unusable_recording_is_skipped_with_its_reason(folder, values, variable, text):
    write(folder, 'a1_s1_t1')
    write(folder, 'a1_s1_t2', values, variable)
    dataset = utd_mhad.load(folder.parents[1])
    assert [t.name for t in dataset.trials] == ['a1_s1_t1']
    (reason,) = why(dataset, 'a1_s1_t2')
    assert text in reason


@pytest.mark.parametrize('keep', [0, 1, 50, 200, 0.5, 0.9])
def test_load_truncated_file_is_skipped(folder, keep):
    write(folder, 'a1_s1_t1')
    write(folder, 'a1_s1_t2', np.random.default_rng(0).normal(size=(80, 6)))
    path = folder / 'a1_s1_t2_inertial.mat'
    data = path.read_bytes()
    path.write_bytes(data[: int(keep if keep > 0.99 or keep == 0 else keep * len(data))])
    dataset = utd_mhad.load(folder.parents[1])
    assert [t.name for t in dataset.trials] == ['a1_s1_t1']
    assert len(why(dataset, 'a1_s1_t2')) == 1


def test_load_action_that_does_not_exist_is_skipped(folder):
    write(folder, 'a28_s1_t1')
    dataset = utd_mhad.load(folder.parents[1])
    assert dataset.trials == ()
    assert why(dataset, 'a28_s1_t1') == ['action 28 is none of the 27']


def test_load_other_files_are_no_recordings(folder):
    write(folder, 'a1_s1_t1')
    (folder / 'readme.txt').write_text('hello')
    (folder / 'a1_s1_t2_depth.mat').write_bytes(b'')
    assert len(utd_mhad.load(folder.parents[1]).trials) == 1


def test_load_without_a_folder_says_what_to_give():
    with pytest.raises(DatasetError, match='give --data DIR'):
        utd_mhad.load(None)


def test_load_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DatasetError, match='utd_mhad/Inertial is not there'):
        utd_mhad.load(tmp_path)


def test_load_real_recordings(data_dir):
    dataset = utd_mhad.load(data_dir)
    assert len(dataset.trials) == 646
    assert dataset.subjects == ('1', '2', '3', '4', '5', '6')
    assert {t.label for t in dataset.trials} == set(dataset.info.labels)
    assert len({t.name for t in dataset.trials}) == 646
    # 6 subjects x 27 actions x 4 times, less the two that were withdrawn
    assert len(dataset.trials) + len(dataset.skipped) == 646
    lengths = np.array([np.linalg.norm(t.signals['imu'].values[:5, :3], axis=1).mean()
                        for t in dataset.trials])  # fmt: skip
    assert 9 < np.median(lengths) < 11  # gravity is in it
