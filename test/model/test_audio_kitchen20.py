"""The shipped weights of sound: size, speed, silence, and what their card promises."""

import numpy as np
import pytest
import torch
from helpers import REPO
from torch.utils.flop_counter import FlopCounterMode

from dcat_ros.datasets import Dataset, load
from dcat_ros.evaluation.evaluate_dataset import evaluate_dataset
from dcat_ros.model.runtime import load_model
from dcat_ros.model.weights import load_weights
from dcat_ros.sensors.sound.log_mel import log_mel
from dcat_ros.streaming.recogniser import Recogniser

PATH = REPO / 'models' / 'audio_kitchen20.safetensors'


@pytest.fixture(scope='module')
def model():
    return load_model(PATH)


def predictions(model, sound):
    """Of every window of a sound (n,) at 16 kHz."""
    rows = log_mel(sound.astype(np.float32)).astype(np.float64)
    recogniser = Recogniser(model)
    stamps_ns = 10_000_000 * np.arange(len(rows))
    return recogniser.classify_many(recogniser.stream.push_many(stamps_ns, rows))


def test_weights_are_few_and_of_twenty_labels():
    net, card = load_weights(PATH)
    assert sum(p.numel() for p in net.parameters()) <= 1_000_000
    assert len(card.labels) == 20
    assert (card.input.rate_hz, card.network.width) == (100.0, 128)


@pytest.mark.parametrize('level_db', [None, -90, -75, -60])
def test_silence_and_faint_noise_are_unknown(model, level_db):
    noise = np.random.default_rng(0).normal(size=10 * 16000)
    sound = np.zeros(len(noise)) if level_db is None else noise * 10 ** (level_db / 20)
    found = predictions(model, sound)
    assert len(found) == 14  # windows of 3 s every 0.5 s in the 998 rows of 10 s
    assert {p.state for p in found} == {'unknown'}


def test_a_window_takes_few_operations():
    """Its time, as a share of the stride, is a row of the benchmarks."""
    net, card = load_weights(PATH)
    window = torch.zeros(1, round(card.input.window_s * card.input.rate_hz), card.input.n_values)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        net(window)
    assert 0 < counter.get_total_flops() < 160e6


def test_card_states_every_protocol(model):
    found = {(r.split, r.metric): r for r in model.card.results}
    protocol = 'each source held out once, 5 folds'
    whole = found[(f'whole trials, {protocol}', 'trial accuracy')]
    assert whole.n == 857
    assert whole.low < whole.value < whole.high
    by = 'by a network that learned from none of them'
    home = found[(f'whole trials of households, {by}', 'trial accuracy')]
    assert home.n == 231
    for condition in ('white noise at 10 dB', 'band-pass 200 to 4000 Hz', 'quieter by 12 dB'):
        assert found[(f'whole trials, {condition}, {protocol}', 'trial accuracy')].n == 857


def test_clips_are_named_as_the_command_does(model, data_dir):
    """Clips of the training, so that this says only that the weights are not damaged."""
    if not (data_dir / 'kitchen20').is_dir():
        pytest.skip('needs the kitchen20 recordings: set DCAT_DATA')
    dataset = load('kitchen20', data_dir)
    some = Dataset(dataset.info, dataset.trials[::20])
    scores = evaluate_dataset(some, model).scores
    assert scores.n_trials == len(some.trials) == 43
    assert scores.trial_accuracy > 0.9
