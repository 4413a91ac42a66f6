import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from dcat_ros.datasets import watch
from dcat_ros.datasets.plain_pickle import read_plain_pickle
from dcat_ros.errors import DatasetError

seglearn = pytest.importorskip('seglearn.datasets')


def test_load_has_all_series():
    dataset = watch.load()
    assert len(dataset.trials) == 140
    assert dataset.subjects == ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10')
    assert Counter(t.label for t in dataset.trials) == dict.fromkeys(dataset.info.labels, 20)
    assert len({t.source for t in dataset.trials}) == 140
    assert dataset.skipped == ()


def test_load_is_what_seglearn_says_in_si_units():
    raw = seglearn.load_watch()
    trials = watch.load().trials
    for i in (0, 70, 139):
        values = trials[i].signals['imu'].values
        np.testing.assert_allclose(values[:, :3], raw['X'][i][:, :3] * 9.80665)
        np.testing.assert_allclose(values[:, 3:], raw['X'][i][:, 3:])
        assert trials[i].subject == str(int(raw['subject'][i]))
    names = [str(name).lower() for name in raw['y_labels']]
    assert names[:2] == ['pen', 'abd']
    assert len(names) == len(watch.INFO.labels)


def test_load_unusable_series_is_skipped(monkeypatch):
    raw = {
        'X': [np.zeros((40, 6)), np.full((40, 6), np.nan), np.zeros((1, 6))],
        'y': [2, 0, 0],
        'subject': [3, 1, 1],
    }
    monkeypatch.setattr(watch, '_read', lambda path: raw)
    dataset = watch.load()
    assert [(t.name, t.label, t.subject) for t in dataset.trials] == [
        ('series_000', 'forward_elevation', '3')
    ]
    assert [s.name for s in dataset.skipped] == ['series_001', 'series_002']
    assert 'NaN' in dataset.skipped[0].why
    assert 'too few' in dataset.skipped[1].why


def test_load_without_seglearn_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(watch, 'find_spec', lambda name: None)
    with pytest.raises(DatasetError, match='pip install seglearn pandas'):
        watch.load()


def test_load_is_bit_for_bit_what_the_reader_of_pickles_gives():
    raw = seglearn.load_watch()
    path = Path(seglearn.__file__).parent / 'data' / 'watch_dataset.npy'
    found = watch._read(path)
    assert found.keys() == raw.keys()
    for mine, theirs in zip(found['X'], raw['X'], strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    for key in ('y', 'subject', 'side'):
        np.testing.assert_array_equal(found[key], raw[key], strict=True)
    assert found['y_labels'] == raw['y_labels']


class _Shell:
    def __reduce__(self):
        import os

        return os.system, ('touch /tmp/called',)


@pytest.mark.parametrize(
    ('content', 'match'),
    [
        (b'', 'does not begin as an array'),
        (b'GARBAGE', 'does not begin as an array'),
        (watch._NUMPY + b'\0\0', 'is not the data set of seglearn: Ran out of input'),
        (watch._NUMPY + b'\0\0' + pickle.dumps(_Shell()), 'it asks for posix.system, which is not'),
        (watch._NUMPY + b'\0\0' + pickle.dumps({'X': []}), 'is not the data set of seglearn'),
        (watch._NUMPY + b'\0\0' + pickle.dumps(np.array({'X': 1}), 2), 'no X, y and subject'),
    ],
    ids=['empty', 'garbage', 'cut', 'a program', 'no array', 'other fields'],
)
def test_read_another_file_is_refused_and_calls_nothing(tmp_path, content, match):
    (tmp_path / 'w.npy').write_bytes(content)
    with pytest.raises(DatasetError, match=match):
        watch._read(tmp_path / 'w.npy')


def test_a_pickle_unpacks_nothing_that_is_compressed():
    data = b'c_codecs\nencode\n(Vabc\nVzlib\ntR.'
    with pytest.raises(ValueError, match="the encoding 'zlib' is not taken"):
        read_plain_pickle(data)
