"""From a configuration to a card: folds, what each network saw, and the figures."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers import made_dataset, train_config

from dcat_ros.datasets import Dataset, Signal, Trial
from dcat_ros.errors import ConfigError, DatasetError
from dcat_ros.training import networks as module
from dcat_ros.training.checkpoint import History
from dcat_ros.training.train import train

LABELS = ('walk', 'jog', 'rest')


def marks(windows):
    """The subjects (1, 2, …) whose mark is in some window."""
    return {round(float(v) / 10) for v in np.unique(np.round(windows[:, :, 0], 2))}


@pytest.mark.parametrize(
    ('folds', 'expected'), [(None, [{2, 3}, {1, 3}, {1, 2}]), (2, [{2}, {1, 3}])]
)
def test_train_no_window_of_a_held_out_subject(tmp_path, monkeypatch, folds, expected):
    seen, closed, whole = [], [], []

    def fit(net, batches, config, seed, **options):
        drawn = [batches(np.random.default_rng(i))[0] for i in range(60)]
        seen.append(marks(np.concatenate(drawn)))
        return net.eval(), History(step=config.steps)

    def fit_ppv(net, windows, classes, penalty, seed):
        closed.append(marks(windows))

    def fit_segment(net, recordings, classes, penalty):
        whole.append(marks(recordings))

    monkeypatch.setattr(module, 'fit', fit)
    monkeypatch.setattr(module, 'fit_ppv', fit_ppv)
    monkeypatch.setattr(module, 'fit_segment', fit_segment)
    config = train_config(folds=folds, network={'ppv': True, 'segment': True})
    training = train(config, made_dataset(n=120), tmp_path, command='c')
    everybody = {1, 2, 3}
    assert seen == closed == whole == [*expected, everybody]
    assert list(training.histories)[-1] == 'all subjects'
    assert next(iter(training.histories)) == ('without 1' if folds is None else 'without 1, 3')


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    rng = np.random.default_rng(0)
    trials = []
    for subject in '123':
        for c, label in enumerate(LABELS[:2]):
            for r in range(2):
                time = np.arange(200) / 50
                values = rng.normal(scale=0.1, size=(200, 6)) + np.array([0, 0, 9.8, 0, 0, 0])
                values[:, c] += 5 * np.sin(2 * np.pi * (1 + c) * time + r)
                name = f'{subject}{label}{r}'
                signal = Signal.at_rate(values, 50.0)
                trials.append(Trial(name, label, subject, name, {'imu': signal}))
    dataset = Dataset(made_dataset().info, tuple(trials))
    config = train_config(subjects=('1', '2', '3'), optimiser={'steps': 60, 'batch_size': 16})
    folder = tmp_path_factory.mktemp('work')
    calls = []
    training = train(
        config, dataset, folder, command='dcat train x', git_commit='abc',
        progress=lambda name, i, n, history: calls.append((name, i, n, history.step)),
    )  # fmt: skip
    return config, dataset, training, calls


def test_train_card_says_what_was_done(trained):
    config, _, training, calls = trained
    card = training.card
    assert card.labels == LABELS
    assert card.input.window_s == 1.0
    assert card.input.channels == ('ax', 'ay', 'az', 'wx', 'wy', 'wz')
    assert card.training.subjects == ('1', '2', '3')
    assert card.training.n_trials == 12
    assert card.training.config == config.model_dump(mode='json')
    assert (card.training.command, card.training.git_commit) == ('dcat train x', 'abc')
    assert card.training.torch_version == torch.__version__
    assert card.calibration.fitted_on.endswith(
        'windows of 3 continuous streams, each subject held out once, 3 folds'
    )
    assert calls[0] == ('without 1', 0, 4, 0)
    assert calls[-1] == ('all subjects', 3, 4, 60)
    assert len(calls) == 4 * (1 + 60)


def test_train_results_are_measured_with_intervals(trained):
    results = {r.metric: r for r in trained[2].card.results}
    assert len(results) == 9
    assert results['window macro-F1'].value > 0.7
    assert results['trial accuracy'].n == 12
    assert results['event-F1 (IoU 0.5)'].n == 12
    for r in results.values():
        assert r.low <= r.value <= r.high or r.metric == 'onset delay (s)'
        assert 'held out once, 3 folds' in r.split


def test_train_again_is_the_same(trained, tmp_path):
    config, dataset, training, _ = trained
    again = train(config, dataset, tmp_path, command='dcat train x', git_commit='abc')
    for name, tensor in training.net.state_dict().items():
        assert torch.equal(tensor, again.net.state_dict()[name]), name
    assert again.card.results == training.card.results
    assert again.card.calibration == training.card.calibration


def test_train_validates_on_held_out_subjects_alone(trained):
    histories = trained[2].histories
    assert [s for s, _ in histories['without 2'].validation] == [20, 40, 60]
    assert histories['all subjects'].validation == []


@pytest.mark.parametrize(
    ('subjects', 'folds', 'match'),
    [
        (('1', '2'), 3, '3 folds need as many subjects; there are 2: write "folds: 2"'),
        (('1',), None, 'There is one subject alone, 1, .* names each session as a subject'),
    ],
)
def test_train_fewer_subjects_than_folds_is_refused(tmp_path, subjects, folds, match):
    config = train_config(subjects=subjects, folds=folds)
    with pytest.raises(ConfigError, match=match):
        train(config, made_dataset(), tmp_path, command='c')


def test_train_subject_who_is_not_there_is_refused(tmp_path):
    with pytest.raises(DatasetError, match='subject 9 is not in made'):
        train(train_config(subjects=('1', '9')), made_dataset(), tmp_path, command='c')


def test_train_label_that_nobody_left_performs_is_refused(tmp_path):
    made = made_dataset(n=120)
    some = tuple(t for t in made.trials if t.label != 'jog' or t.subject == '1')
    with pytest.raises(DatasetError, match='jog'):
        train(train_config(), Dataset(made.info, some), tmp_path, command='c')


def test_train_at_another_rate_than_that_of_the_samples(tmp_path):
    with pytest.raises(ConfigError, match=r'rate_hz: imu of made has 50 Hz, not 25; leave rate_hz'):
        train(train_config(rate_hz=25.0), made_dataset(n=120), tmp_path, command='c')


def spelled(*labels):
    """Three subjects, the last of whom does the last label alone."""
    made = made_dataset(subjects=('ann', 'bo', 'cy'), n=120, labels=labels[:-1])
    odd = made_dataset(subjects=('ann', 'bo', 'cy'), n=120, labels=labels[-1:]).trials[-1:]
    return Dataset(replace(made.info, labels=labels), (*made.trials, *odd))


@pytest.mark.parametrize(
    ('labels', 'match'),
    [
        (('walk', 'jog', 'Jog '), r"only subject cy did 'Jog '.*Is 'jog' meant\?"),
        (('walk', 'jog', 'wave'), r"only subject cy did 'wave': .* the recordings\.$"),
    ],
)
def test_train_label_of_one_subject_is_said_before_anything_is_trained(tmp_path, labels, match):
    with pytest.raises(DatasetError, match=match):
        train(train_config(), spelled(*labels), tmp_path, command='c')
    assert not list(tmp_path.iterdir())


def test_train_window_longer_than_every_recording(tmp_path):
    with pytest.raises(ConfigError, match=r'window_s: no recording lasts 60 s, the longest has 2'):
        train(train_config(window_s=60.0), made_dataset(n=120), tmp_path, command='c')


def test_train_subject_whose_recordings_are_all_shorter_than_a_window(tmp_path):
    long, short = made_dataset(n=120), made_dataset(subjects=('4',), n=30)
    dataset = Dataset(long.info, (*long.trials, *short.trials))
    config = train_config(optimiser={'steps': 2})
    results = train(config, dataset, tmp_path, command='c').card.results
    (whole,) = (r for r in results if r.metric == 'trial accuracy')
    assert whole.n == 6
