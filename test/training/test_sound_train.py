"""From clips of sound to a card: folds by source, what each network heard, figures, resumption."""

from functools import partial

import numpy as np
import pytest
import torch
from helpers import made_sounds, sound_fields

from dcat_ros.errors import ConfigError, DcatError
from dcat_ros.evaluation.intervals import cluster_bootstrap
from dcat_ros.sensors.registry import sensors
from dcat_ros.sensors.sound.network import SoundNet
from dcat_ros.training import sound_train as module
from dcat_ros.training.checkpoint import History
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.sound_config import SoundConfig, read_recipe
from dcat_ros.training.sound_train import folds_by_source, train_sound


@pytest.fixture(scope='module', autouse=True)
def few_resamples():
    """Intervals are tested elsewhere, and take long."""
    with pytest.MonkeyPatch.context() as patch:
        quick = partial(cluster_bootstrap, n_resamples=20)
        patch.setattr('dcat_ros.training.sound_results.cluster_bootstrap', quick)
        patch.setattr(module, '_N_TIMED', 5)
        yield


def sound_config(**changes):
    return SoundConfig.model_validate(sound_fields(**changes))


def kitchens():
    """Clips of nine sources, of which every other one is of a household."""
    from dataclasses import replace

    made = made_sounds(n_sources=9)
    names = {f's{i}': f'M-{i}.wav' if i % 2 else str(1000 + i) for i in range(9)}
    trials = [
        replace(
            t, source=names[t.source], subject=names[t.source], name=f'{names[t.source]}/{t.name}'
        )
        for t in made.trials
    ]
    return replace(made, trials=tuple(trials))


def test_folds_no_source_stands_on_both_sides():
    dataset = kitchens()
    folds = folds_by_source(dataset, 3, 0)
    assert set(folds) == {0, 1, 2}
    for fold in range(3):
        inside = {t.source for t, f in zip(dataset.trials, folds, strict=True) if f == fold}
        outside = {t.source for t, f in zip(dataset.trials, folds, strict=True) if f != fold}
        assert not inside & outside
        assert inside


def test_folds_of_the_real_clips_share_no_source(data_dir):
    from dcat_ros.datasets import load

    if not (data_dir / 'kitchen20').is_dir():
        pytest.skip('needs the kitchen20 recordings: set DCAT_DATA')
    dataset = load('kitchen20', data_dir)
    folds = folds_by_source(dataset, 5, 0)
    sources = np.array([t.source for t in dataset.trials])
    labels = np.array([t.label for t in dataset.trials])
    for fold in range(5):
        assert not set(sources[folds == fold]) & set(sources[folds != fold])
        assert len(set(labels[folds == fold])) == 20
        assert 150 <= (folds == fold).sum() <= 190


def test_folds_more_than_sources_are_refused():
    with pytest.raises(
        ConfigError,
        match=r'10 folds need as many sources \(recordings\); there are 6: write "folds: 6"',
    ):
        folds_by_source(made_sounds(), 10, 0)


def test_train_each_network_hears_what_it_may(tmp_path, monkeypatch):
    heard = []

    def fit_sound(config, known, held_out, seed, checkpoint, progress):
        heard.append(({t.source for t in known.trials}, {t.source for t in held_out.trials}, seed))
        net = SoundNet(config.network, sensors()['audio'], len(known.info.labels)).eval()
        return net, History(step=config.optimiser.steps)

    monkeypatch.setattr(module, 'fit_sound', fit_sound)
    dataset = kitchens()
    every = {t.source for t in dataset.trials}
    homes = {s for s in every if s.startswith('M-')}
    training = train_sound(sound_config(), dataset, tmp_path, command='c')
    (known_1, out_1, _), (known_2, out_2, _), household, final = heard
    assert known_1 | out_1 == known_2 | out_2 == out_1 | out_2 == every
    assert not known_1 & out_1
    assert not known_2 & out_2
    assert household[:2] == (every - homes, homes)
    assert final[:2] == (every, set())
    assert len({seed for _, _, seed in heard}) == 4
    assert list(training.histories) == [
        'without fold 1',
        'without fold 2',
        'without households',
        'all sources',
    ]
    for clip in training.record.clips:
        assert clip.source in (out_1, out_2)[clip.fold]
        assert bool(clip.new_home) == (clip.source in homes)


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    config, dataset = sound_config(), kitchens()
    folder = tmp_path_factory.mktemp('work')
    calls = []
    training = train_sound(
        config,
        dataset,
        folder,
        command='dcat train x',
        git_commit='abc',
        progress=lambda name, i, n, history: calls.append((name, i, n, history.step)),
    )
    return config, dataset, training, calls


def test_train_card_says_what_was_done(trained):
    config, dataset, training, calls = trained
    card = training.card
    assert card.labels == dataset.info.labels
    assert (card.input.rate_hz, card.input.window_s) == (100.0, 1.0)
    assert card.training.subjects == dataset.subjects
    assert card.training.config == config.model_dump(mode='json')
    assert 'streams joined from clips of 2 folds' in card.calibration.fitted_on
    assert calls[0] == ('without fold 1', 0, 4, 1)
    assert calls[-1] == ('all sources', 3, 4, 10)
    found = {(r.split.split(' (')[0], r.metric): r for r in card.results}
    protocol = 'each source held out once, 2 folds'
    for split in (
        f'whole clip, {protocol}',
        f'white noise at 10 dB, {protocol}',
        f'band-pass 200 to 4000 Hz, {protocol}',
        f'quieter by 12 dB, {protocol}',
        f'its middle 2 s, {protocol}',
        'whole clip, fold 2 of 2',
        'clips of households, by a network that heard none of them',
    ):
        result = found[(split, 'accuracy')]
        assert result.low <= result.value <= result.high, split
    assert found[(f'whole clip, {protocol}', 'accuracy')].n == 18
    metrics = {r.metric for r in card.results}
    assert {
        'window macro-F1',
        'unknown in pauses',
        'label-run F1 (IoU 0.5)',
        'parameters',
        'time (ms)',
    } <= metrics


def test_train_counts_of_streams_fit(trained):
    for stream in trained[2].record.streams:
        assert stream.n_named_right <= stream.n_named <= stream.n_heard
        assert np.sum(stream.confusion) == stream.n_heard
        assert stream.n_silent <= stream.n_pause
        assert stream.n_silent_unknown <= stream.n_silent
        assert stream.n_matched <= min(stream.n_events, stream.n_clips)
        assert stream.n_runs_matched <= min(stream.n_runs, stream.n_clips)
    assert sum(s.n_clips for s in trained[2].record.streams) == 18


def test_train_again_and_after_an_interruption_is_the_same(trained, tmp_path):
    config, dataset, training, _ = trained

    class KilledError(Exception):
        pass

    def stop(name, i, n, history):
        if (i, history.step) == (1, 4):
            raise KilledError

    with pytest.raises(KilledError):
        train_sound(config, dataset, tmp_path, command='c', progress=stop)
    steps = []
    again = train_sound(
        config, dataset, tmp_path, command='c',
        progress=lambda name, i, n, history: steps.append(i),
    )  # fmt: skip
    assert 0 not in steps  # the first network was finished
    for name, tensor in training.net.state_dict().items():
        assert torch.equal(tensor, again.net.state_dict()[name]), name
    assert again.record.clips == training.record.clips
    assert again.card.calibration == training.card.calibration


def test_recipe_modality_tells_the_kind(tmp_path, request):
    train = request.config.rootpath / 'config' / 'train'
    assert isinstance(read_recipe(train / 'audio_kitchen20.yaml'), SoundConfig)
    assert isinstance(read_recipe(train / 'imu_watch.yaml'), TrainConfig)


@pytest.mark.parametrize(
    ('line', 'match'),
    [
        ('lag_s: 2', 'must be at most window_s, 1'),
        ('joins: 3', "'joins': there is no such field"),
        ('folds: 1', "'folds': Input should be greater than or equal to 2"),
    ],
)
def test_recipe_of_sound_that_makes_no_sense_is_refused(tmp_path, line, match):
    import yaml

    path = tmp_path / 'a.yaml'
    path.write_text(yaml.safe_dump({**sound_fields(), **yaml.safe_load(line)}))
    with pytest.raises(DcatError, match=match):
        read_recipe(path)
