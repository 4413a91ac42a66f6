import sys
from collections import Counter

import numpy as np
import pytest

from dcat_ros.datasets import watch
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
    monkeypatch.setattr(seglearn, 'load_watch', lambda: raw)
    dataset = watch.load()
    assert [(t.name, t.label, t.subject) for t in dataset.trials] == [
        ('series_000', 'forward_elevation', '3')
    ]
    assert [s.name for s in dataset.skipped] == ['series_001', 'series_002']
    assert 'NaN' in dataset.skipped[0].why
    assert 'too few' in dataset.skipped[1].why


def test_load_without_seglearn_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, 'seglearn.datasets', None)
    with pytest.raises(DatasetError, match='pip install seglearn pandas'):
        watch.load()
