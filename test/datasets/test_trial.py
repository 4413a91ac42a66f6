import subprocess
import sys
from importlib import import_module
from importlib.metadata import EntryPoint
from types import ModuleType

import numpy as np
import pytest
from helpers import register

from dcat_ros.datasets import Dataset, DatasetInfo, Signal, Skipped, Trial, load, registry
from dcat_ros.datasets.registry import DATASETS
from dcat_ros.errors import DatasetError

INFO = DatasetInfo('made', 'Made', 'here', 'none', ('walk', 'jog'), 50.0, 'made')


def trial(name, subject):
    return Trial(name, 'walk', subject, name, {'imu': Signal.at_rate(np.zeros((30, 6)), 50.0)})


@pytest.fixture
def dataset():
    names = [('a', '10'), ('b', '2'), ('c', '1'), ('d', '2')]
    return Dataset(INFO, tuple(trial(*n) for n in names), (Skipped('e', 'broken'),))


@pytest.mark.parametrize(
    ('stamps', 'values', 'text'),
    [
        ([0, 1], np.zeros((3, 6)), '2 stamps do not fit'),
        ([0, 1], np.zeros(2), 'do not fit values of shape'),
        ([0], np.zeros((1, 6)), '1 samples are too few'),
        ([], np.zeros((0, 6)), '0 samples are too few'),
        ([0, 0], np.zeros((2, 6)), 'do not ascend'),
        ([1, 0], np.zeros((2, 6)), 'do not ascend'),
        ([0, 1], np.array([[0.0], [np.nan]]), 'NaN or infinite'),
        ([0, 1], np.array([[0.0], [-np.inf]]), 'NaN or infinite'),
    ],
)
def test_signal_that_is_none_is_refused(stamps, values, text):
    with pytest.raises(DatasetError, match=text):
        Signal(np.array(stamps, dtype=np.int64), values)


def test_signal_at_a_rate_that_does_not_divide_a_second():
    signal = Signal.at_rate(np.zeros((4, 6)), 30.0)
    assert signal.stamps_ns.tolist() == [0, 33_333_333, 66_666_667, 100_000_000]
    assert signal.duration_s == pytest.approx(0.1)


def test_dataset_subjects_in_natural_order(dataset):
    assert dataset.subjects == ('1', '2', '10')


def test_dataset_of_subjects_keeps_theirs_alone(dataset):
    some = dataset.of_subjects(['2', '10'])
    assert [t.name for t in some.trials] == ['a', 'b', 'd']
    assert some.skipped == dataset.skipped


@pytest.mark.parametrize('subjects', [['11'], ['2', '11']])
def test_dataset_of_subjects_who_are_not_there(dataset, subjects):
    with pytest.raises(DatasetError, match='subject 11 is not in made; it has 1, 2, 10'):
        dataset.of_subjects(subjects)


def test_dataset_of_many_subjects_names_the_first_and_their_number():
    many = Dataset(INFO, tuple(trial(f't{i}', str(i)) for i in range(1, 401)))
    with pytest.raises(DatasetError) as caught:
        many.of_subjects([f'x{i:02}' for i in range(20)])
    assert 'x08, x09, … (20 in all) is not in made; it has 1, 2, ' in str(caught.value)
    assert str(caught.value).endswith(' 9, 10, … (400 in all).')


@pytest.fixture
def registered(dataset, monkeypatch):
    seen = []

    def read(folder):
        seen.append(folder)
        return dataset

    register(monkeypatch, 'made', read)
    return seen


def test_load_gives_the_data_set_and_hands_on_the_folder(registered, dataset, tmp_path):
    assert load('made', tmp_path) is dataset
    assert registered == [tmp_path]


def test_load_without_a_folder_takes_the_environments(registered, monkeypatch, tmp_path):
    monkeypatch.setenv('DCAT_DATA', str(tmp_path))
    load('made')
    monkeypatch.setenv('DCAT_DATA', '')
    load('made')
    assert registered == [tmp_path, None]


def test_load_subjects(registered):
    assert load('made', None, ['1']).subjects == ('1',)
    with pytest.raises(DatasetError, match='subject 3 is not in made'):
        load('made', None, ['3'])


@pytest.mark.parametrize('name', ['utd_mahd', 'utd-mhad', 'UTD_mhad'])
def test_load_unknown_name_suggests(name):
    match = (
        f"no data set '{name}'; known: utd_mhad, utd_mhad_rendered, watch.*Did you mean 'utd_mhad'"
    )
    with pytest.raises(DatasetError, match=match):
        load(name)


def test_load_nothing_usable_is_an_error(monkeypatch):
    empty = Dataset(INFO, (), (Skipped('a.mat', 'too short'), Skipped('b.mat', 'broken')))
    register(monkeypatch, 'made', lambda folder: empty)
    match = r'No recording of made is usable, 2 were skipped. The first: a.mat: too short\.'
    with pytest.raises(DatasetError, match=match):
        load('made')


def test_load_no_subject_asked_for_is_an_error(registered):
    with pytest.raises(DatasetError):
        load('made', None, [])


def test_registry_names_are_those_of_the_data_sets():
    assert set(DATASETS) == {
        'utd_mhad',
        'utd_mhad_rendered',
        'watch',
        'klangio',
        'kitchen20',
    }
    for name, module in DATASETS.items():
        assert import_module(module).INFO.name == name


def test_a_data_set_that_is_not_asked_for_is_not_imported():
    code = (
        'import sys; from dcat_ros.datasets import DATASETS, load; load("watch"); '
        'others = set(DATASETS.values()) - {DATASETS["watch"]}; '
        'sys.exit(", ".join(others & set(sys.modules)) or 0)'
    )
    subprocess.run([sys.executable, '-c', code], check=True)


@pytest.mark.parametrize(
    ('name', 'asked', 'text'),
    [
        ('watch', ['imu', 'depth'], r'watch has no depth; it has imu\.'),
        ('watch', 'depth', r'watch has no depth; it has imu\.'),
        ('klangio', ['imu'], r'klangio has no imu; it has motion, audio\.'),
        (
            'utd_mhad',
            ['sound', 'imu', 'b'],
            r'has no b, sound; it has imu, skeleton, depth, pose',
        ),
        ('utd_mhad', [], r'No modality is named; utd_mhad has imu, skeleton, depth, pose\.'),
    ],
)
def test_load_modality_that_the_data_set_lacks(name, asked, text, tmp_path):
    with pytest.raises(DatasetError, match=text):
        load(name, tmp_path, modalities=asked)


def test_load_hands_modalities_and_progress_on(dataset, monkeypatch):
    seen = []

    def read(folder, **options):
        seen.append(options)
        return dataset

    def progress(done, total):
        pass

    register(monkeypatch, 'made', read, ('imu', 'depth'))
    load('made', modalities=['depth', 'imu'], progress=progress)
    load('made')
    # without a second modality there is nothing to choose
    register(monkeypatch, 'made', read)
    load('made', modalities='imu', progress=progress)
    assert seen == [
        {'modalities': ('imu', 'depth'), 'progress': progress},
        {'progress': None},
        {},
    ]


def test_signal_of_frames():
    signal = Signal(np.array([0, 1]), np.zeros((2, 3, 4)))
    assert signal.values.shape == (2, 3, 4)
    with pytest.raises(DatasetError, match='NaN or infinite'):
        Signal(np.array([0, 1]), np.full((2, 3, 4), np.inf))


@pytest.fixture
def entry(monkeypatch):
    """Installs an entry point of another package."""

    def install(value):
        entries = {'theirs': EntryPoint('theirs', value, registry.GROUP)}
        monkeypatch.setattr(registry, '_installed', lambda: entries)

    return install


def test_load_a_data_set_that_another_package_brings(entry, dataset, monkeypatch, tmp_path):
    module = ModuleType('their_package')
    module.load = lambda folder: dataset
    monkeypatch.setitem(sys.modules, 'their_package', module)
    entry('their_package')
    assert load('theirs', tmp_path) is dataset
    with pytest.raises(DatasetError, match=r'theirs has no depth; it has imu\.'):
        load('theirs', modalities='depth')
    with pytest.raises(DatasetError, match=r"known: .*, theirs\. Did you mean 'theirs'"):
        load('their')


@pytest.mark.parametrize('value', ['no_such_package', 'math', 'json:load_all'])
def test_load_a_data_set_whose_package_is_broken(entry, value, tmp_path):
    entry(value)
    with pytest.raises(DatasetError, match=f"'theirs' is brought by {value}, which cannot be used"):
        load('theirs', tmp_path)
