"""The shipped weights of sound behind the tagger: small, silent, and what their card promises."""

import numpy as np
import pytest
from helpers import REPO

from dcat_ros.datasets import Dataset, load
from dcat_ros.evaluation.evaluate_dataset import evaluate_dataset
from dcat_ros.model.find import load_card
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.sound.ear.rows import EAR_FRAMES
from dcat_ros.sensors.sound.stream import SoundStream
from dcat_ros.streaming.recogniser import Recogniser

PATH = REPO / 'models' / 'audio_kitchen20_ear.safetensors'


def predictions(model, sound):
    """Of every window of a sound (n,) at 16 kHz that comes in chunks."""
    stream, recogniser, found = SoundStream(frames=EAR_FRAMES), Recogniser(model), []
    for start in range(0, len(sound), 800):
        chunk = sound[start : start + 800, None].astype(np.float32)
        stamps_ns, rows = stream.push(round(start * 62_500), chunk, 16000)
        windows = recogniser.stream.push_many(stamps_ns, rows.astype(np.float64))
        found += recogniser.classify_many(windows)
    return found


def test_weights_hold_only_what_is_ours():
    card = load_card(PATH)
    assert PATH.stat().st_size < 2_000_000
    assert PATH.with_suffix('.onnx').stat().st_size < 2_000_000
    assert card.encoder.name == 'tagger'
    assert card.labels == load_card(PATH.with_name('audio_kitchen20.safetensors')).labels


@pytest.mark.parametrize('level_db', [None, -90, -75, -60])
def test_silence_and_faint_noise_are_unknown(has_tagger, level_db):
    noise = np.random.default_rng(0).normal(size=10 * 16000)
    sound = np.zeros(len(noise)) if level_db is None else noise * 10 ** (level_db / 20)
    found = predictions(load_model(PATH), sound)
    assert len(found) >= 13
    assert {p.state for p in found} == {'unknown'}


def test_a_stream_says_what_the_recording_says(has_tagger):
    """Live equals offline, but for the some milliseconds that a resampler keeps back."""
    from dcat_ros.sensors.sound.ear.samples import rows_of
    from dcat_ros.signals import Signal

    model = load_model(PATH)
    rng = np.random.default_rng(1)
    sound = 0.1 * rng.normal(size=5 * 16000) * (np.arange(5 * 16000) % 8000 < 2000)
    signal = Signal(62_500 * np.arange(len(sound)), sound[:, None].astype(np.float32))
    rows = rows_of(None, signal, 100.0)
    whole = Recogniser(model)
    offline = whole.classify_many(whole.stream.push_many(rows.stamps_ns, rows.values))
    live = predictions(model, sound)
    assert 0 <= len(offline) - len(live) <= 1
    for one, other in zip(live, offline, strict=False):
        assert one.end_ns == other.end_ns
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-3)


def test_clips_are_named_as_the_command_does(has_tagger, data_dir):
    """Clips of the training, so that this says only that the weights are not damaged."""
    if not (data_dir / 'kitchen20').is_dir():
        pytest.skip('needs the kitchen20 recordings: set DCAT_DATA')
    dataset = load('kitchen20', data_dir)
    some = Dataset(dataset.info, dataset.trials[::20])
    scores = evaluate_dataset(some, load_model(PATH)).scores
    assert scores.n_trials == len(some.trials) == 43
    assert scores.trial_accuracy > 0.9
