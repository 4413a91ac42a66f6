"""The network of sound: any length, no level, few weights, and the same live as offline."""

import numpy as np
import pytest
import torch
from helpers import made_sounds, sound_card

from dcat_ros.datasets.as_sensor import signal_for
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.runtime import load_model
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.model.weights import load_weights, save_weights
from dcat_ros.sensors.registry import sensor_of, sensors
from dcat_ros.sensors.sound.statistics import N_STATISTICS, Statistics, between, front
from dcat_ros.sensors.sound.stream import SoundStream
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.training.config import read_config


def small(card=None):
    torch.manual_seed(0)
    card = card or sound_card()
    return ActivityNet(card.network, sensors()['audio'], len(card.labels)).eval()


def rows(n=3, t=100, seed=0):
    values = np.random.default_rng(seed).uniform(-70, -10, size=(n, t, 64))
    return torch.from_numpy(values.astype(np.float32))


def test_sound_of_the_shipped_recipe_has_under_a_million_weights(request):
    path = request.config.rootpath / 'config' / 'train' / 'audio_kitchen20.yaml'
    net = ActivityNet(read_config(path).network, sensors()['audio'], 20)
    assert sum(p.numel() for p in net.parameters()) <= 1_000_000


@pytest.mark.parametrize('t', [1, 7, 30, 171, 498, 2000])
def test_sound_any_length_gives_log_probabilities(t):
    with torch.inference_mode():
        out = small()(rows(t=t))
    assert out.shape == (3, 3)
    np.testing.assert_allclose(out.exp().sum(dim=1), 1, rtol=1e-5)


@pytest.mark.parametrize('level', [-100.0, -30.0, 0.0, 30.0])
def test_sound_of_nothing_but_one_level_is_finite(level):
    with torch.inference_mode():
        assert torch.isfinite(small()(torch.full((1, 200, 64), level))).all()


def test_sound_batch_is_the_items_one_by_one():
    net, x = small(), rows(4, 150)
    with torch.inference_mode():
        together, alone = net(x), torch.cat([net(x[i : i + 1]) for i in range(4)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_sound_is_the_weighted_sum_of_its_branches():
    net = small(sound_card(network={'width': 16, 'ppv_hidden': 8, 'ppv': True, 'ppv_weight': 0.25}))
    with torch.inference_mode():
        attended, counted = net.logits(rows()), net.feature_logits(rows())
        both = 0.75 * attended.log_softmax(1) + 0.25 * counted.log_softmax(1)
        np.testing.assert_allclose(net(rows()), both.log_softmax(1), atol=1e-5)


def test_sound_names_a_whole_recording_as_a_long_window():
    model, recording = TorchModel(small(), sound_card()), rows(t=431)
    whole = model.segment_log_probabilities(recording[0].numpy())
    np.testing.assert_array_equal(whole, model.log_probabilities(recording[:1].numpy())[0])


def test_between_reads_rows_in_power():
    x = rows(2, 12)
    at = np.arange(10) * 1.1
    power = 10 ** (x.double().numpy() / 10)
    expected = np.stack(
        [[np.interp(at, np.arange(12), p[:, band]) for band in range(64)] for p in power]
    ).transpose(0, 2, 1)
    np.testing.assert_allclose(between(x, 11, 10), 10 * np.log10(expected), atol=1e-3)
    assert between(x[:, :1], 11, 10).shape == (2, 1, 64)


def test_front_pairs_rows_in_power_and_takes_the_level_away():
    x = rows(2, 101)
    frames, level = front(x)
    power = 10 ** (x[:, :100].double().numpy() / 10)
    power = (power[:, 0::2] + power[:, 1::2]) / 2
    mean = power.mean(axis=(1, 2), keepdims=True)
    expected = 10 * np.log10(power + mean * 10**-4.5 + 1e-9)
    expected = (expected - expected.mean(axis=(1, 2), keepdims=True)) / 20
    np.testing.assert_allclose(frames, expected, atol=1e-4)
    softer, softer_level = front(x - 12)
    np.testing.assert_allclose(softer, frames, atol=2e-2)  # the absolute floor comes nearer
    np.testing.assert_allclose(level - softer_level, 12 / 20, atol=1e-4)


def test_statistics_do_not_depend_on_order_but_for_rhythm_and_change():
    frames, level = front(rows(1, 200))
    forward = Statistics()(frames, level)
    backward = Statistics()(frames.flip(1), level)
    assert forward.shape == (1, N_STATISTICS)
    # of the statistics, the greatest rise of the envelope alone knows a direction
    differs = (forward - backward).abs().flatten() > 1e-3
    assert differs.sum() <= 1


def test_weights_of_sound_come_back(tmp_path):
    card = sound_card()
    net = small(card)
    save_weights(tmp_path / 'a.safetensors', net, card)
    again, same_card = load_weights(tmp_path / 'a.safetensors')
    assert same_card == card
    with torch.inference_mode():
        np.testing.assert_array_equal(net(rows()), again(rows()))


def test_weights_of_the_sound_of_before_are_refused_with_what_to_do():
    with pytest.raises(ValueError, match='train it again with a recipe like config/train/own_bags'):
        sound_card(network={'kind': 'sound', 'width': 16, 'ppv': False})


def test_weights_of_other_sensors_of_before_are_read():
    for name in ('imu_utd_mhad', 'imu_watch', 'image_depth_utd_mhad'):
        assert load_model(name).card.network.ppv_hidden == 0


@pytest.mark.parametrize('chunk', [333, 1600, 16000])
def test_windows_of_a_live_stream_are_those_of_the_recording(chunk):
    card = sound_card()
    model = TorchModel(small(card), card)
    trial = made_sounds(n_sources=1, seconds=4.0).trials[0]
    sound = trial.signals['audio'].values
    live, ears, said = Recogniser(model), SoundStream(), []
    for start in range(0, len(sound), chunk):
        stamps_ns, frames = ears.push(
            start * 62_500, np.ascontiguousarray(sound[start : start + chunk]), 16000
        )
        for stamp_ns, frame in zip(stamps_ns, frames, strict=True):
            said += live.push(int(stamp_ns), frame)
    offline = signal_for(trial, sensor_of(card), 100.0)
    assert len(said) == 6  # 398 rows: windows of 100 every 50
    for i, prediction in enumerate(said):
        window = offline.values[50 * i : 50 * i + 100].astype(np.float32)
        expected = np.exp(model.log_probabilities(window[None])[0])
        np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-4)
        assert prediction.end_ns == offline.stamps_ns[50 * i + 99]
