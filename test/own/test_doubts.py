"""What misleads in recordings of one's own, and which of them can be learned from."""

import numpy as np
import pytest
from helpers import made_dataset, train_config

from dcat_ros.errors import DatasetError
from dcat_ros.own.doubts import misleading
from dcat_ros.own.recipe import learnable, recipe_for


def said(dataset, **changes):
    return ' '.join(misleading(train_config(**changes), dataset))


def test_enough_of_everything_misleads_nobody():
    assert said(made_dataset(('ann', 'bo'), n=200, repetitions=4), stride_s=0.25) == ''


def test_one_person_and_few_windows():
    text = said(made_dataset(('ann',), n=20))
    assert 'All recordings are of one person, ann' in text
    assert 'walk has 1 windows in 1 stretches' in text


def test_names_that_differ_by_a_number_may_be_one_person():
    dataset = made_dataset(('ann1', 'ann2', 'bo'), n=200, repetitions=4)
    text = said(dataset, stride_s=0.25)
    assert text.startswith('ann1, ann2 count as different people')
    numbered = made_dataset(('1', '2'), n=200, repetitions=4)
    assert said(numbered, stride_s=0.25) == ''


def test_people_whom_the_source_knows():
    dataset = made_dataset(('ann', 'bo'), n=200, repetitions=4)
    found = list(misleading(train_config(stride_s=0.25), dataset, ['bo', 'cy']))
    assert len(found) == 1
    assert found[0].startswith('bo is held out')


def test_a_label_that_lasts_far_longer_than_another():
    dataset = made_dataset(('ann', 'bo'), n=5000, repetitions=4)
    short = made_dataset(('ann', 'bo'), n=200, repetitions=4)
    jogs = [trial for trial in short.trials if trial.label == 'jog']
    walks = [trial for trial in dataset.trials if trial.label == 'walk']
    mixed = type(dataset)(dataset.info, (*walks, *jogs))
    assert 'walk lasts 800 s in all, and jog 32 s' in said(mixed, stride_s=0.25)


def test_what_one_alone_does_is_left_out():
    dataset = made_dataset(('ann', 'bo'), labels=('walk', 'jog', 'hop'))
    fewer = dataset.where(lambda trial: (trial.label, trial.subject) != ('hop', 'bo'))
    kept, why = learnable(fewer, by_person=True)
    assert kept.info.labels == ('walk', 'jog')
    assert why[0].startswith('hop is left out: it is done by ann alone')
    with pytest.raises(DatasetError, match='0 labels are left of 3'):
        learnable(dataset.of_subjects(['ann']), by_person=True)


def test_the_window_is_as_short_as_what_is_done(tmp_path):
    short = recipe_for('imu', tmp_path, made_dataset(('ann', 'bo'), n=60))
    assert (short.window_s, short.folds) == (1.0, 2)
    assert short.lag_s == pytest.approx(0.3)
    usual = recipe_for('imu', tmp_path, made_dataset(('ann', 'bo'), n=600))
    assert usual.window_s == 2.0
    many = recipe_for('imu', tmp_path, made_dataset(tuple(map(str, range(9))), n=600))
    assert many.folds == 4


def test_every_sensor_of_bags_has_a_recipe(tmp_path):
    dataset = made_dataset(('ann', 'bo'), n=600)
    for sensor in ('imu', 'depth', 'camera', 'audio'):
        config = recipe_for(sensor, tmp_path, dataset)
        assert config.modality == sensor
        assert np.isfinite(config.window_s)
