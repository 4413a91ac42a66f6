"""Nothing that is tested is trained on, whatever the regime."""

import numpy as np
import pytest
from experiment_helpers import SUBJECTS, made_paired

from dcat_ros.errors import ConfigError
from dcat_ros.experiment.splits import REGIMES, TUNE_REGIMES, split

PAIRED = made_paired()
TUNE = ('5', '6')
EVERY = [*REGIMES, *(f'{name}_alone' for name in REGIMES), *TUNE_REGIMES]


def places():
    return [(regime, r, s) for regime in EVERY for r in range(4) for s in range(3)]


@pytest.mark.parametrize(('regime', 'rotation', 'seed'), places())
def test_split_keeps_what_is_tested_apart(regime, rotation, seed):
    found = split(PAIRED, regime, TUNE, rotation, 4, seed)
    assert not set(found.test) & set(found.train)
    assert not set(PAIRED.sources[found.test]) & set(PAIRED.sources[found.train])
    assert set(found.labelled) | set(found.unlabelled) <= set(found.train)
    assert not set(found.labelled) & set(found.unlabelled)
    tested = set(PAIRED.subjects[found.test])
    if regime in TUNE_REGIMES:
        assert tested | set(PAIRED.subjects[found.train]) <= set(TUNE)
    else:
        assert not tested & set(TUNE)
    if regime.startswith('ood'):
        assert not tested & set(PAIRED.subjects[found.train])
    if regime.endswith('_alone'):
        whole = split(PAIRED, regime.removesuffix('_alone'), TUNE, rotation, 4, seed)
        np.testing.assert_array_equal(found.labelled, whole.labelled)
        np.testing.assert_array_equal(found.test, whole.test)
        assert not len(found.unlabelled)


@pytest.mark.parametrize(('regime', 'n'), [('id_1', 1), ('id_2', 2), ('tune_id', 1)])
def test_split_so_many_labelled_recordings_a_class(regime, n):
    found = split(PAIRED, regime, TUNE, 1, 4, 0)
    np.testing.assert_array_equal(np.bincount(PAIRED.classes[found.labelled]), [n] * 3)


@pytest.mark.parametrize(('regime', 'n'), [('ood_1', 1), ('ood_2', 2), ('ood_full', 4)])
def test_split_so_many_labelled_subjects(regime, n):
    found = split(PAIRED, regime, TUNE, 1, 4, 0)
    assert len(set(PAIRED.subjects[found.labelled])) == n
    assert len(set(PAIRED.subjects[found.test])) == 2


@pytest.mark.parametrize('regime', ['id_1', 'ood_1'])
def test_split_rotations_test_every_quoted_subject_and_repetition(regime):
    tested = [split(PAIRED, regime, TUNE, r, 4, 0).test for r in range(4)]
    every = np.concatenate(tested)
    assert set(PAIRED.subjects[every]) == set(SUBJECTS) - set(TUNE)
    assert set(PAIRED.repetitions[every]) == {0, 1, 2, 3}


def test_split_another_seed_labels_others():
    one, two = (split(PAIRED, 'id_1', TUNE, 0, 4, seed) for seed in (0, 1))
    assert set(one.labelled) != set(two.labelled)
    np.testing.assert_array_equal(one.test, two.test)


def test_split_windows_of_one_recording_stay_together():
    cut = made_paired(repetitions=8)
    sources = np.array([name.rsplit('_', 1)[0] + str(i // 4) for i, name in enumerate(cut.names)])
    cut = type(cut)(**{**vars(cut), 'sources': sources, 'repetitions': cut.repetitions // 4})
    found = split(cut, 'id_1', TUNE, 0, 2, 0)
    assert not set(cut.sources[found.test]) & set(cut.sources[found.train])
    assert len(found.labelled) == 3 * 4


@pytest.mark.parametrize('regime', ['id_3', 'alone', 'tune_id_alone', ''])
def test_split_unknown_regime_is_a_sentence(regime):
    with pytest.raises(ConfigError, match=f"There is no regime '{regime}'; there are id_full"):
        split(PAIRED, regime, TUNE, 0, 4, 0)


def test_split_without_repetitions_or_tuning_subjects_is_a_sentence():
    with pytest.raises(ConfigError, match='nothing to train on, or nothing to test'):
        split(made_paired(repetitions=1), 'id_1', TUNE, 0, 4, 0)
    with pytest.raises(ConfigError, match='two of the recorded subjects are needed'):
        split(PAIRED, 'tune_ood', ('5', '77'), 0, 4, 0)
