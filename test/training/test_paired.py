"""Pairs are made by name and time; what does not fit together is refused."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import made_dataset

from dcat_ros.datasets import Signal
from dcat_ros.errors import ConfigError, DatasetError
from dcat_ros.sensors.camera.joints import from_kinect
from dcat_ros.training.paired import make_paired, pair
from dcat_ros.training.views import find_view, view_of, views

RNG = np.random.default_rng(0)


def skeleton_signal(n=30, rate_hz=30.0):
    return Signal.at_rate(RNG.normal(size=(n, 60)), rate_hz)


def seen_by(dataset, make):
    """The same trials with another sensor's signals instead."""
    return replace(
        dataset, trials=tuple(replace(t, signals={'skeleton': make(t)}) for t in dataset.trials)
    )


def one_second(**options):
    return made_dataset(n=50, **options)


def test_pair_by_name_whatever_the_order():
    target = one_second()
    source = seen_by(target, lambda t: skeleton_signal())
    order = RNG.permutation(len(source.trials))
    torn = replace(source, trials=tuple(source.trials[i] for i in order))
    both = pair(target, torn)
    of_name = {t.name: t for t in source.trials}
    assert [t.name for t in both.trials] == [t.name for t in target.trials]
    for trial in both.trials:
        assert trial.signals['skeleton'] is of_name[trial.name].signals['skeleton']
        assert set(trial.signals) == {'imu', 'skeleton'}


def test_pair_leaves_out_what_only_the_source_saw():
    target = one_second()
    source = seen_by(target, lambda t: skeleton_signal())
    some = replace(target, trials=target.trials[:2])
    assert len(pair(some, source).trials) == 2


@pytest.mark.parametrize(
    ('change', 'match'),
    [
        ({'name': 'other'}, '^2_walk_0 has no partner in the recordings of the source.$'),
        ({'subject': '3'}, '^2_walk_0 is of subject 2 in the recordings of the target, and of sub'),
        ({'label': 'jog'}, '^2_walk_0 is of label walk in the recordings of the target, and of la'),
        (
            {'signals': {'skeleton': skeleton_signal(15)}},
            '^2_walk_0 lasts 0.47 s in skeleton and 0.98 s in imu: these are not the same m',
        ),
    ],
    ids=['missing', 'subject', 'label', 'length'],
)
def test_pair_that_does_not_fit_is_a_sentence(change, match):
    target = one_second()
    source = seen_by(target, lambda t: skeleton_signal())
    wrong = tuple(replace(t, **change) if t.name == '2_walk_0' else t for t in source.trials)
    with pytest.raises(DatasetError, match=match) as caught:
        pair(target, replace(source, trials=wrong))
    assert '\n' not in str(caught.value)


def test_make_paired_rows_are_trials_in_the_order_of_their_names():
    data = one_second(repetitions=2)
    turned = replace(data, trials=data.trials[::-1])
    one, two = (make_paired(d, ['accelerometer', 'gyroscope']) for d in (data, turned))
    assert one.names == two.names == tuple(sorted(t.name for t in data.trials))
    np.testing.assert_array_equal(one.views['gyroscope'], two.views['gyroscope'])
    for i, name in enumerate(one.names):
        subject, label, repetition = name.split('_')
        assert one.subjects[i] == subject
        assert one.labels[one.classes[i]] == label
        assert one.repetitions[i] == int(repetition)
        # both views of the row are of this trial: ax marks the subject, wx the class
        assert one.views['accelerometer'][i, 0, 0] == 10 * int(subject)
        assert one.views['gyroscope'][i, 0, 0] == one.classes[i] + 1


def test_make_paired_without_a_partner_is_a_sentence():
    data = one_second()
    with pytest.raises(DatasetError, match='1_jog_0 has no skeleton recording to pair with; it ha'):
        make_paired(data, ['imu', 'skeleton'])


def test_make_paired_of_other_lengths_is_a_sentence():
    data = one_second()
    trials = tuple(
        replace(t, signals=t.signals | {'skeleton': skeleton_signal(60)}) for t in data.trials
    )
    with pytest.raises(DatasetError, match=r'lasts 0.98 s in imu and 1.97 s in skeleton'):
        make_paired(replace(data, trials=trials), ['imu', 'skeleton'])


def trial_with_everything(name='a'):
    trial = one_second().trials[0]
    frames = RNG.uniform(0, 1, size=(15, 2, 32, 32))
    sound = RNG.normal(size=(16000, 1))
    return replace(
        trial,
        name=name,
        signals={
            'imu': Signal.at_rate(RNG.normal(size=(50, 6)), 50.0),
            'skeleton': skeleton_signal(),
            'depth': Signal.at_rate(frames, 15.0),
            'audio': Signal.at_rate(sound, 16000.0),
            'motion': Signal.at_rate(RNG.normal(size=(50, 1)), 50.0),
            'pose': Signal.at_rate(from_kinect(skeleton_signal().values.reshape(-1, 20, 3)), 30.0),
        },
    )


@pytest.mark.parametrize('name', views())
def test_view_is_a_finite_array_of_the_modality_and_the_same_each_time(name, request):
    if name == 'ear':
        request.getfixturevalue('has_tagger')
    trial, view = trial_with_everything(), find_view(name)
    one, two = view_of(trial, name), view_of(trial, name)
    np.testing.assert_array_equal(one, two)
    assert one.ndim == 2
    assert one.shape[1] == view.sensor.n_inputs
    assert one.dtype == np.float32
    assert np.isfinite(one).all()


def test_poor_accelerometer_has_noise_of_its_own_in_each_trial():
    signal = Signal.at_rate(np.zeros((200, 6)), 50.0)
    trials = [replace(trial_with_everything(n), signals={'imu': signal}) for n in 'ab']
    one, two = (view_of(trial, 'accelerometer_poor') for trial in trials)
    assert not np.array_equal(one, two)
    assert 0.5 * 0.98 < one.std() < 1.2 * 0.98  # interpolation smooths it a little


def test_half_a_trial_sees_nothing_of_the_other_half():
    trial = trial_with_everything()
    values = trial.signals['imu'].values.copy()
    values[25:] = 99
    cut = replace(trial, signals={'imu': Signal.at_rate(values, 50.0)})
    np.testing.assert_array_equal(view_of(cut, 'imu_half'), view_of(trial, 'imu_half'))
    assert not np.array_equal(view_of(cut, 'imu'), view_of(trial, 'imu'))


def test_depth_16_is_depth_with_fewer_pixels():
    trial = trial_with_everything()
    fine = view_of(trial, 'depth').reshape(12, 2, 32, 32)
    coarse = view_of(trial, 'depth_16').reshape(12, 2, 16, 16)
    mask = fine[:, 0].reshape(12, 16, 2, 16, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(coarse[:, 0], mask, atol=1e-6)


def test_view_that_is_none_is_a_sentence():
    with pytest.raises(ConfigError, match="There is no view 'smell'; there are imu, imu_half"):
        find_view('smell')
