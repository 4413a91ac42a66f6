"""Every ordered pair of sensors: one teaches the other, trained beside or by its weights."""

from itertools import permutations

import numpy as np
import pytest
import torch
from helpers import train_config

from dcat_ros.datasets import Dataset, DatasetInfo, Signal, Trial
from dcat_ros.model.weights import save_weights
from dcat_ros.sensors.registry import find_sensor
from dcat_ros.training.train import train

SENSORS = ('imu', 'depth', 'audio')
PAIRS = list(permutations(SENSORS, 2))
LABELS = ('slow', 'fast')
SECONDS = 2.0
TRANSFER = {'method': 'kd+dcat_centred', 'steps': 8, 'fall_back': False}


def moved(label, rng):
    """The same movement as the three sensors have it: a swing, a blob that moves, a tone."""
    hz = 1.0 if label == 'slow' else 3.0
    t = np.arange(0, SECONDS, 0.02)
    imu = 0.2 * rng.normal(size=(len(t), 6)) + [0, 0, 9.81, 0, 0, 0]
    imu[:, 0] += 4 * np.sin(2 * np.pi * hz * t)
    t = np.arange(0, SECONDS, 1 / 15)
    depth = np.zeros((len(t), 2, 32, 32), np.float32)
    for i, x in enumerate((16 + 10 * np.sin(2 * np.pi * hz * t)).astype(int)):
        depth[i, 0, 8:24, max(0, x - 3) : x + 3] = 1
        depth[i, 1, 8:24, max(0, x - 3) : x + 3] = 0.1 + 0.01 * rng.normal()
    t = np.arange(0, SECONDS, 1 / 16000)
    tone = 0.2 * np.sin(2 * np.pi * (200 if label == 'slow' else 2000) * t)
    audio = (tone * (1 + np.sin(2 * np.pi * hz * t)) + 0.01 * rng.normal(size=len(t)))[:, None]
    return {
        'imu': Signal.at_rate(imu, 50.0),
        'depth': Signal(stamps(len(depth), 15), depth),
        'audio': Signal(stamps(len(audio), 16000), audio.astype(np.float32)),
    }


def stamps(n, rate_hz):
    return np.round(np.arange(n) * 1e9 / rate_hz).astype(np.int64)


@pytest.fixture(scope='module')
def data():
    rng = np.random.default_rng(0)
    trials = tuple(
        Trial(f'{who}{label}{i}', label, who, f'{who}{label}{i}', moved(label, rng))
        for who in '12'
        for label in LABELS
        for i in range(2)
    )
    return Dataset(DatasetInfo('made', 'Made', 'a test', 'none', LABELS, 50.0, 'made'), trials)


def recipe(sensor, source=None, **changes):
    """A tiny training of one sensor."""
    return train_config(
        modality=sensor,
        rate_hz=8 if sensor == 'depth' else None,
        window_s=1.0,
        stride_s=0.25,
        lag_s=0.5,
        folds=2,
        network={'ppv': False, 'width': 16, 'd_attention': 8},
        transfer=source and TRANSFER | {'source': source},
        **changes,
    )


@pytest.mark.parametrize(('source', 'target'), PAIRS)
def test_a_sensor_is_taught_by_another_one_that_is_trained_beside(tmp_path, data, source, target):
    made = train(recipe(target, source), data, tmp_path, command='c')
    card = made.card
    assert (card.modality, card.training.source_modality) == (target, source)
    assert card.labels == (*LABELS, 'rest')
    assert card.input.rate_hz == {'imu': 50.0, 'depth': 8.0, 'audio': 100.0}[target]
    assert all(torch.isfinite(t).all() for t in made.net.state_dict().values())
    assert {r.metric for r in card.results} >= {'window macro-F1', 'event-F1 (IoU 0.5)'}


@pytest.fixture(scope='module')
def weights(data, tmp_path_factory):
    """A weights file of each sensor, of labels alone."""
    folder = tmp_path_factory.mktemp('sources')
    for sensor in SENSORS:
        made = train(recipe(sensor), data, folder / sensor, command='c')
        save_weights(folder / f'{sensor}.safetensors', made.net, made.card)
    return folder


@pytest.mark.parametrize(('source', 'target'), PAIRS)
def test_a_sensor_is_taught_by_the_weights_of_another_one(tmp_path, data, weights, source, target):
    path = str(weights / f'{source}.safetensors')
    card = train(recipe(target, path), data, tmp_path, command='c').card
    assert (card.modality, card.training.source_modality) == (target, source)


def test_sound_learns_live_windows_and_what_a_pause_is(tmp_path, data):
    config = recipe('audio', optimiser={'steps': 60, 'batch_size': 16})
    made = train(config, data, tmp_path, command='c')
    figures = {r.metric: r.value for r in made.card.results}
    assert figures['window macro-F1'] > 0.5
    assert figures['trial accuracy'] > 0.7


def test_fixed_statistics_join_the_network_of_sound_in_closed_form(tmp_path, data, monkeypatch):
    monkeypatch.setattr('dcat_ros.training.networks._PPV_WINDOWS', 600)
    network = {'ppv': True, 'width': 16, 'd_attention': 8}
    config = recipe('audio').model_copy(update={'network': train_config(network=network).network})
    made = train(config, data, tmp_path, command='c')
    assert made.net.ppv.n_features == made.net.ppv_head.in_features
    figures = {r.metric: r.value for r in made.card.results}
    assert figures['window macro-F1'] > 0.5
    window = torch.full((1, 100, 64), -60.0)
    torch.testing.assert_close(made.net(window).exp().sum(), torch.tensor(1.0))


def test_the_front_of_sound_takes_any_length():
    sensor = find_sensor('audio')
    front = sensor.front(sensor, 16).eval()
    for n in (1, 9, 100, 731):
        tokens = front(torch.full((2, n, 64), -40.0))
        assert tokens.shape[::2] == (2, 16)
        assert torch.isfinite(tokens).all()
