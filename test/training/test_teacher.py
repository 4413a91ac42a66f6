"""Targets on streams that another sensor teaches."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers import make_card, make_net, train_config

from dcat_ros.card.card import Result
from dcat_ros.datasets import Dataset, Signal, Trial
from dcat_ros.errors import ConfigError, WeightsError
from dcat_ros.model.weights import save_weights
from dcat_ros.training.config import TransferConfig
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card as record
from dcat_ros.training.results import is_better
from dcat_ros.training.teacher import make_teacher, signals_of
from dcat_ros.training.train import train

TRANSFER = {
    'source': 'gyroscope',
    'method': 'kd+dcat_centred',
    'steps': 5,
    'fall_back': False,
}


def recordings(subjects='123'):
    """Two movements, with noise of their own in each of two repetitions."""
    rng = np.random.default_rng(0)
    trials = []
    for subject in subjects:
        for c, label in enumerate(('walk', 'jog')):
            for r in range(2):
                time = np.arange(120) / 50
                values = rng.normal(scale=0.3, size=(120, 6)) + np.array([0, 0, 9.8, 0, 0, 0])
                values[:, 3 + c] += 2 * np.sin(2 * np.pi * (1 + c) * time)
                name = f'{subject}{label}{r}'
                signal = Signal.at_rate(values, 50.0)
                trials.append(Trial(name, label, subject, name, {'imu': signal}))
    info = train_info()
    return Dataset(info, tuple(trials))


def train_info():
    from helpers import made_dataset

    return made_dataset().info


def fitted(tmp_path, config, data, name='c'):
    card = record(config, data, command='', git_commit='')
    return fit_network(config, data, card, (0, 0), tmp_path / name / 'k', [], transfer=True)


def same(one, two):
    a, b = one.state_dict(), two.state_dict()
    return all(torch.equal(a[name], b[name]) for name in a)


def test_card_says_who_taught_and_what_the_twin_gave(tmp_path):
    config = train_config(modality='accelerometer', transfer=TRANSFER, folds=3)
    training = train(config, recordings(), tmp_path, command='c')
    card = training.card
    assert card.modality == 'accelerometer'
    assert card.training.method == 'kd+dcat_centred'
    assert card.training.source_modality == 'gyroscope'
    assert len(card.training.source_sha256) == 64
    twins = [r for r in card.results if r.split.startswith('without transfer: ')]
    assert [r.metric for r in twins] == [r.metric for r in card.results[: len(twins)]]
    assert len(card.results) == 2 * len(twins)
    assert list(training.histories) == [
        name for who in '123' for name in (f'without {who}', f'without {who}, no transfer')
    ] + ['all subjects']


@pytest.mark.parametrize('better', [True, False])
def test_labels_alone_make_the_weights_where_transfer_gains_nothing(tmp_path, monkeypatch, better):
    monkeypatch.setattr('dcat_ros.training.train.is_better', lambda taught, twin: better)
    transfer = TRANSFER | {'fall_back': True}
    config = train_config(modality='accelerometer', transfer=transfer, folds=3)
    training = train(config, recordings(), tmp_path / 'a', command='c')
    record, splits = training.card.training, [r.split for r in training.card.results]
    half = len(splits) // 2
    alone = config.model_copy(update={'transfer': None})
    twin = train(alone, recordings(), tmp_path / 'b', command='c')
    assert same(training.net, twin.net) != better
    if better:
        assert (record.method, record.source_modality) == ('kd+dcat_centred', 'gyroscope')
        assert all(s.startswith('without transfer: ') for s in splits[half:])
    else:
        assert (record.method, record.source_modality, record.source_sha256) == ('none', '', '')
        assert training.card.calibration == twin.card.calibration
        assert training.card.results[:half] == twin.card.results
        assert all(s.startswith('with kd+dcat_centred from gyroscope: ') for s in splits[half:])


def test_source_from_a_weights_file_says_whom_it_knew(tmp_path):
    labels = ('walk', 'jog', 'rest')
    card = make_card(labels=labels, training={'subjects': ('2', '9')})
    save_weights(tmp_path / 'source.safetensors', make_net(card), card)
    transfer = TRANSFER | {'source': str(tmp_path / 'source.safetensors')}
    config = train_config(modality='accelerometer', transfer=transfer, folds=3)
    training = train(config, recordings(), tmp_path / 'work', command='c')
    assert training.card.training.source_modality == 'imu'
    split = training.card.results[0].split
    assert split.endswith('of whom the source knew 2')
    assert 'the source knew' not in training.card.results[-1].split


@pytest.mark.parametrize(
    ('change', 'text'),
    [
        ({'labels': ('walk', 'swim', 'rest')}, 'only one of them has jog, swim'),
        ({'labels': ('jog', 'walk', 'rest')}, 'in another order'),
        ({'network': {'d_attention': 6}}, 'network.d_attention = 6 and the target 4'),
        ({'network': {'width': 12}}, 'network.width = 12 and the target 8'),
    ],
)
def test_source_that_does_not_fit_is_refused(tmp_path, change, text):
    card = make_card(**{'labels': ('walk', 'jog', 'rest'), **change})
    save_weights(tmp_path / 'source.safetensors', make_net(card), card)
    transfer = TRANSFER | {'source': str(tmp_path / 'source.safetensors')}
    with pytest.raises(ConfigError, match=text):
        fitted(tmp_path, train_config(transfer=transfer), recordings())


def test_source_that_is_not_there_is_refused():
    config = train_config(transfer=TRANSFER | {'source': 'nowhere'})
    with pytest.raises(
        WeightsError, match=r"'nowhere' is no weights file, and no view .*views are imu, "
    ):
        signals_of(config)


def test_labels_of_the_unlabelled_do_not_matter_and_their_recordings_do(tmp_path):
    config = train_config(transfer=TRANSFER | {'labelled_subjects': ['1']})
    data = recordings()
    other = {'walk': 'jog', 'jog': 'walk'}
    lied = tuple(t if t.subject == '1' else replace(t, label=other[t.label]) for t in data.trials)
    one = fitted(tmp_path, config, data, 'a').net
    assert same(one, fitted(tmp_path, config, replace(data, trials=lied), 'b').net)
    ignoring = train_config(
        transfer=TRANSFER | {'labelled_subjects': ['1'], 'unlabelled': 'ignore'}
    )
    assert not same(one, fitted(tmp_path, ignoring, data, 'c').net)


def test_labelled_trials_add_to_the_subjects(tmp_path):
    transfer = TransferConfig(**TRANSFER, labelled_subjects=('1',), labelled_trials=('2jog0',))
    known = [t.name for t in recordings().trials if transfer.is_labelled(t)]
    assert known == ['1walk0', '1walk1', '1jog0', '1jog1', '2jog0']


def test_fold_without_a_labelled_recording_is_refused(tmp_path):
    config = train_config(transfer=TRANSFER | {'labelled_subjects': ['1']}, folds=3)
    with pytest.raises(ConfigError, match='no recording of labelled_subjects or labelled_trials'):
        train(config, recordings(), tmp_path, command='c')


def test_teacher_rows_are_by_name_whatever_the_order(tmp_path):
    config = train_config(transfer=TRANSFER)
    data = recordings()
    turned = replace(data, trials=tuple(reversed(data.trials)))
    one = make_teacher(config, config.transfer, data, (0,), tmp_path)
    two = make_teacher(config, config.transfer, turned, (0,), tmp_path)
    assert one.rows == two.rows
    assert one.sha256 == two.sha256


@pytest.mark.parametrize(
    ('source', 'method', 'expected'),
    [
        (None, None, ('gyroscope', 'kd+dcat_centred', {'kd': 2.0})),
        (None, 'rkd', ('gyroscope', 'rkd', {})),
        ('imu', None, ('imu', 'kd+dcat_centred', {'kd': 2.0})),
    ],
)
def test_taught_by_changes_what_is_given(source, method, expected):
    config = train_config(transfer=TRANSFER | {'weights': {'kd': 2.0}})
    transfer = config.taught_by(source, method).transfer
    assert (transfer.source, transfer.method, transfer.weights) == expected


def test_taught_by_none_and_by_nobody():
    assert train_config(transfer=TRANSFER).taught_by(None, 'none').transfer is None
    assert train_config().taught_by(None, None).transfer is None
    assert train_config().taught_by('imu', None).transfer.method == 'dcat_centred'
    with pytest.raises(ConfigError, match='needs a source'):
        train_config().taught_by(None, 'kd')
    with pytest.raises(ConfigError, match="no transfer loss 'kt'"):
        train_config().taught_by('imu', 'kt')


@pytest.mark.parametrize(
    ('ours', 'alarms', 'expected'),
    [
        (0.71, (5.0, 6.0, 7.0), True),
        (0.70, (5.0, 6.0, 7.0), False),
        (0.69, (1.0, 1.0, 1.0), False),
        (0.71, (7.9, 9.0, 12.0), True),  # more, by chance
        (0.71, (8.1, 9.0, 12.0), False),
    ],
)
def test_is_better_asks_for_window_macro_f1_and_for_false_alarms(ours, alarms, expected):
    def figures(f1, events, alarms):
        low, value, high = alarms
        return [
            Result(split='s', metric='event-F1 (IoU 0.5)', value=events),
            Result(split='s', metric='window macro-F1', value=f1),
            Result(split='s', metric='false alarms per hour', value=value, low=low, high=high),
        ]

    assert is_better(figures(ours, 0.1, alarms), figures(0.7, 0.9, (4.0, 6.0, 8.0))) == expected
