"""What is held out together: nothing of it on both sides."""

import numpy as np
import pytest
from helpers import made_dataset, made_sounds

from dcat_ros.datasets import load
from dcat_ros.errors import ConfigError
from dcat_ros.training.folds import folds_of


def sides(dataset, fold, by):
    inside = {getattr(t, by) for t in dataset.trials if fold.has(t)}
    outside = {getattr(t, by) for t in dataset.trials if not fold.has(t)}
    return inside, outside


def test_folds_of_subjects_hold_each_out_once_with_a_stream_each():
    dataset = made_dataset(subjects=('1', '2', '3', '4', '5'))
    folds = folds_of(dataset, 'subject', 2, 0)
    assert [fold.without for fold in folds] == ['1, 3, 5', '2, 4']
    assert [[p.name for p in fold.parts] for fold in folds] == [['1', '3', '5'], ['2', '4']]
    assert [p.number for fold in folds for p in fold.parts] == [0, 2, 4, 1, 3]
    for fold in folds:
        inside, outside = sides(dataset, fold, 'subject')
        assert inside
        assert not inside & outside
    assert len(folds_of(dataset, 'subject', None, 0)) == 5


def test_folds_of_sources_are_one_stream_each():
    dataset = made_sounds(n_sources=9)
    folds = folds_of(dataset, 'source', 3, 0)
    held = [sides(dataset, fold, 'source')[0] for fold in folds]
    assert set.union(*held) == {t.source for t in dataset.trials}
    assert sum(map(len, held)) == 9
    assert [len(fold.parts) for fold in folds] == [1, 1, 1]
    # three sources of each label: one in each fold
    for fold in folds:
        assert len({t.label for t in dataset.trials if fold.has(t)}) == 3
    assert len(folds_of(dataset, 'source', None, 0)) == 5


def test_folds_of_the_real_clips_share_no_source(data_dir):
    if not (data_dir / 'kitchen20').is_dir():
        pytest.skip('needs the kitchen20 recordings: set DCAT_DATA')
    dataset = load('kitchen20', data_dir)
    for fold in folds_of(dataset, 'source', 5, 0):
        inside, outside = sides(dataset, fold, 'source')
        assert not inside & outside
        labels = np.array([t.label for t in dataset.trials if fold.has(t)])
        assert len(set(labels)) == 20
        assert 150 <= len(labels) <= 190


@pytest.mark.parametrize(
    ('n_sources', 'n', 'match'),
    [
        (6, 10, r'10 folds need as many sources \(recordings\); there are 6: write "folds: 6"'),
        (1, None, r'2 folds need as many sources \(recordings\); there are 1: record more'),
    ],
)
def test_folds_more_than_sources_are_refused(n_sources, n, match):
    with pytest.raises(ConfigError, match=match):
        folds_of(made_sounds(n_sources=n_sources), 'source', n, 0)


def test_folds_more_than_subjects_are_refused():
    with pytest.raises(ConfigError, match='write "folds: 3", or leave it out'):
        folds_of(made_dataset(), 'subject', 4, 0)
    with pytest.raises(ConfigError, match='There is one subject alone, 1'):
        folds_of(made_dataset(subjects=('1',)), 'subject', None, 0)
