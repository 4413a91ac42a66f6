"""What a source says of unlabelled recordings, and the windows that are drawn by it."""

import numpy as np
import pytest
import torch
from helpers import make_card, make_net, train_config

from dcat_ros.adapt.named import Named, Source, name_windows
from dcat_ros.adapt.pool import make_named_pool
from dcat_ros.datasets.trial import Trial
from dcat_ros.errors import DatasetError
from dcat_ros.evaluation.evaluate_dataset import classify_trial
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.shelf import Shelf
from dcat_ros.signals import Signal
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.training.source import SourceOutputs, source_outputs

NONE = torch.zeros((0, 0))


def recording(name='a', n=300, seed=0):
    values = np.random.default_rng(seed).normal(size=(n, 6))
    return Trial(name, '', name, name, {'imu': Signal.at_rate(values, 50.0)})


@pytest.fixture
def source():
    card = make_card(calibration={'temperature': 1.7, 'unknown_threshold': 0.4})
    return Source(make_net(card), card)


def test_a_source_says_what_it_says_live(source):
    trials = [recording('a'), recording('b', 200, seed=1)]
    named = name_windows(source, trials, (), Shelf())
    recogniser = Recogniser(TorchModel(source.net, source.card))
    live = [p for trial in trials for p in classify_trial(recogniser, trial)]
    np.testing.assert_allclose(named.shares, [p.probabilities for p in live], atol=1e-6)
    lag_ns = round(source.card.input.lag_s * 1e9)
    assert named.instants_ns.tolist() == [p.end_ns - lag_ns for p in live]
    assert named.recordings.tolist() == [0] * (len(live) - 7) + [1] * 7
    assert named.outputs.features.numel() == 0


def test_what_a_loss_needs_is_that_of_the_window(source):
    trial = recording(n=60)
    named = name_windows(source, [trial], ('features', 'memory', 'gram', 'key'), Shelf())
    window = trial.signals['imu'].values[None, :50].astype(np.float32)
    wanted = source_outputs(source.net, window)
    for part in ('features', 'memory', 'gram', 'key'):
        found = getattr(named.outputs, part)[:1]
        torch.testing.assert_close(found, getattr(wanted, part), atol=1e-5, rtol=1e-4)
    assert named.outputs.query.numel() == 0


def test_some_of_the_recordings(source):
    trials = [recording(str(i), seed=i) for i in range(3)]
    named = name_windows(source, trials, ('features',), Shelf())
    some = named.of([2, 0])
    assert set(some.recordings) == {0, 2}
    rows = np.flatnonzero(named.recordings != 1)
    torch.testing.assert_close(some.outputs.features, named.outputs.features[rows])
    assert (some.instants_ns == named.instants_ns[rows]).all()


def test_recordings_that_are_too_short_are_a_sentence(source):
    with pytest.raises(DatasetError, match='No recording lasts a window of small, 1 s'):
        name_windows(source, [recording(n=20)], (), Shelf())


def made(best, instants_s, labels=('walk', 'jog', 'rest'), recordings=None):
    """Windows that are named for sure."""
    shares = np.full((len(best), len(labels)), 0.01)
    shares[np.arange(len(best)), best] = 1 - 0.01 * (len(labels) - 1)
    outputs = SourceOutputs(torch.tensor(np.log(shares), dtype=torch.float32), *[NONE] * 6)
    where = np.zeros(len(best), np.int64) if recordings is None else np.array(recordings)
    return Named(labels, where, np.round(np.array(instants_s) * 1e9).astype(np.int64), outputs)


def test_a_window_speaks_for_the_instant_that_was_named():
    """Of a ramp, the sample `lag_s` before a window's end tells where it was cut."""
    config = train_config(window_s=1.0, lag_s=0.4)
    sensor = sensor_of(make_card())
    trials = []
    for begin in (0, 10_000):
        ramp = np.repeat((begin + np.arange(400.0))[:, None], 6, axis=1)
        trials.append(Trial(str(begin), '', 'a', 'a', {'imu': Signal.at_rate(ramp, 50.0)}))
    named = made([0, 1, 1], [2.0, 3.0, 4.0], recordings=[0, 0, 1])
    pool = make_named_pool(trials, named, sensor, 0.15, Shelf())
    batch = pool.draw(config, np.random.default_rng(0), 64)
    assert batch.windows.shape == (64, 50, 6)
    spoken = batch.windows[:, 49 - 20, 0]
    assert set(np.round(spoken).astype(int)) == {100, 150, 10_200}
    wanted = {0: 100, 1: 150, 2: 10_200}
    assert [wanted[row] for row in batch.pairs] == np.round(spoken).astype(int).tolist()
    np.testing.assert_allclose(batch.targets, named.shares[batch.pairs])


def test_what_is_done_seldom_is_drawn_more_often_than_it_is_done():
    best = [0] * 90 + [1] * 10 + [2] * 300
    named = made(best, np.linspace(1.0, 7.0, 400))
    pool = make_named_pool([recording(n=400)], named, sensor_of(make_card()), 0.2, Shelf())
    chances = np.diff(pool.below, prepend=0.0)
    of_label = [chances[np.array(best) == c].sum() for c in range(3)]
    # roots of 90 and 10 are as 3 to 1
    np.testing.assert_allclose(of_label, [0.8 * 0.75, 0.8 * 0.25, 0.2])


def test_without_rest_among_what_is_named_all_labels_share():
    named = made([0, 0, 0, 0, 1], np.linspace(1.0, 3.0, 5))
    pool = make_named_pool([recording()], named, sensor_of(make_card()), 0.2, Shelf())
    np.testing.assert_allclose(np.diff(pool.below, prepend=0.0), [1 / 6] * 4 + [1 / 3])
