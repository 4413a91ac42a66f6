"""A training that holds out sources, on clips of sound: what each network hears, and the card."""

from dataclasses import replace

import pytest
import torch
from helpers import made_sounds, sound_fields

from dcat_ros.errors import ConfigError
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.registry import sensors
from dcat_ros.training.checkpoint import History
from dcat_ros.training.config import TrainConfig, read_config
from dcat_ros.training.networks import Fitted
from dcat_ros.training.train import train

PROTOCOL = 'each source held out once, 2 folds'


pytestmark = pytest.mark.usefixtures('few_resamples')


def sound_config(**changes):
    return TrainConfig.model_validate(sound_fields(**changes))


def kitchens():
    """Clips of nine sources, of which every other one is of a household."""
    made = made_sounds(n_sources=9)
    trials = tuple(replace(t, subject=t.source) for t in made.trials)
    homes = frozenset(f's{i}' for i in range(9) if i % 2)
    return replace(made, trials=trials, apart={'households': homes})


def test_each_network_hears_what_it_may(tmp_path, monkeypatch):
    heard = []

    def fit_network(config, dataset, card, seed, checkpoint, validation, progress, transfer):
        streams = {name for v in validation for name in v.stream.names if name}
        heard.append(({t.source for t in dataset.trials}, {n[:2] for n in streams}, seed))
        net = ActivityNet(config.network, sensors()['audio'], len(card.labels)).eval()
        return Fitted(net, History(step=config.optimiser.steps))

    monkeypatch.setattr('dcat_ros.training.piece.fit_network', fit_network)
    dataset = kitchens()
    every = {t.source for t in dataset.trials}
    homes = dataset.apart['households']
    training = train(sound_config(), dataset, tmp_path, command='c')
    (known_1, out_1, _), (known_2, out_2, _), household, final = heard
    assert known_1 | out_1 == known_2 | out_2 == out_1 | out_2 == every
    assert not known_1 & out_1
    assert not known_2 & out_2
    assert household[0] == every - homes
    assert final[:2] == (every, set())
    assert len({seed for _, _, seed in heard}) == 4
    assert list(training.histories) == [
        'without fold 1 of 2',
        'without fold 2 of 2',
        'without households',
        'all sources',
    ]
    for trial in training.measured.trials:
        assert trial.source in (out_1, out_2)[trial.fold]
        assert (trial.apart.keys() == {'households'}) == (trial.source in homes)


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    config, dataset = sound_config(), kitchens()
    folder = tmp_path_factory.mktemp('work')
    calls = []
    training = train(
        config,
        dataset,
        folder,
        command='dcat train x',
        git_commit='abc',
        progress=lambda name, i, n, history: calls.append((name, i, n, history.step)),
    )
    return config, dataset, training, calls


def test_card_says_what_was_done(trained):
    config, dataset, training, calls = trained
    card = training.card
    assert card.labels == dataset.info.labels  # none of them is rest
    assert (card.input.rate_hz, card.input.window_s) == (100.0, 1.0)
    assert card.training.config == config.model_dump(mode='json')
    assert card.calibration.fitted_on.endswith(f'windows of 2 continuous streams, {PROTOCOL}')
    assert calls[0] == ('without fold 1 of 2', 0, 4, 0)
    assert calls[-1] == ('all sources', 3, 4, 10)
    found = {(r.split, r.metric): r for r in card.results}
    for split in (
        f'whole trials, {PROTOCOL}',
        f'whole trials, white noise at 10 dB, {PROTOCOL}',
        f'whole trials, band-pass 200 to 4000 Hz, {PROTOCOL}',
        f'whole trials, quieter by 12 dB, {PROTOCOL}',
        f'whole trials, its middle 1 s, {PROTOCOL}',
        'whole trials of households, by a network that learned from none of them',
        f'whole trials of households, {PROTOCOL}',
    ):
        result = found[(split, 'trial accuracy')]
        assert result.low <= result.value <= result.high, split
    assert found[(f'whole trials, {PROTOCOL}', 'trial accuracy')].n == 18
    metrics = {r.metric for r in card.results}
    assert {'window macro-F1', 'unknown in pauses', 'label-run F1 (IoU 0.5)'} <= metrics


def test_counts_of_streams_fit(trained):
    streams = trained[2].measured.streams
    for stream in streams:
        assert stream.n_right <= stream.n_covered <= stream.n_windows
        assert stream.n_still <= stream.n_pause
        assert stream.n_pause_unknown <= stream.n_pause
        for counts in (stream.events, stream.runs):
            assert counts.n_matched <= min(counts.n_true, counts.n_predicted)
    assert sum(s.events.n_true for s in streams) == 18


def test_again_and_after_an_interruption_is_the_same(trained, tmp_path):
    config, dataset, training, _ = trained

    class KilledError(Exception):
        pass

    def stop(name, i, n, history):
        if (i, history.step) == (1, 4):
            raise KilledError

    with pytest.raises(KilledError):
        train(config, dataset, tmp_path, command='c', progress=stop)
    steps = []
    again = train(
        config, dataset, tmp_path, command='c',
        progress=lambda name, i, n, history: steps.append((i, history.step)),
    )  # fmt: skip
    assert not any(i == 0 and step for i, step in steps)  # the first network was finished
    for name, tensor in training.net.state_dict().items():
        assert torch.equal(tensor, again.net.state_dict()[name]), name
    assert again.measured == training.measured
    assert again.card.calibration == training.card.calibration


@pytest.mark.parametrize(
    ('line', 'match'),
    [
        ('lag_s: 2', 'must be at most window_s, 1'),
        ('held_out: room', "'held_out': Input should be 'subject' or 'source'"),
        ('network: {kind: sound}', "'network': .*train it again with a recipe like"),
        ('modality: imu', 'two of imu do not add up: write "augment: {mix: 0}"'),
    ],
)
def test_recipe_that_makes_no_sense_is_refused(tmp_path, line, match):
    import yaml

    path = tmp_path / 'a.yaml'
    path.write_text(yaml.safe_dump({**sound_fields(), **yaml.safe_load(line)}))
    with pytest.raises(ConfigError, match=match):
        read_config(path)
