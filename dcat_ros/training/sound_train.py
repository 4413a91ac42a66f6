"""From clips of sound to a weights file: folds by source to measure, a kitchen never heard, all."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from dcat_ros.card.card import Card
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.kitchen20 import is_home
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import ConfigError
from dcat_ros.model.runtime import Model
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.sensors.sound.log_mel import HOP_S, RATE_HZ, log_mel
from dcat_ros.sensors.sound.network import SoundNet
from dcat_ros.training.changed import changed
from dcat_ros.training.checkpoint import History
from dcat_ros.training.record import make_sound_card
from dcat_ros.training.reproducible import compute_reproducibly
from dcat_ros.training.sound_config import SoundConfig
from dcat_ros.training.sound_fit import fit_sound
from dcat_ros.training.sound_predict import clip_log_p
from dcat_ros.training.sound_record import WHOLE, ClipOutcome, SoundRecord
from dcat_ros.training.sound_results import results_of_sound
from dcat_ros.training.sound_streams import calibration_of, hear, outcome_of
from dcat_ros.training.train import Progress

__all__ = ['SoundTraining', 'folds_by_source', 'train_sound']

#: Seconds of a clip's middle that the network is given.
_LENGTHS_S = (1, 2, 3, 5)
_N_TIMED = 200


@dataclass(frozen=True)
class SoundTraining:
    """What a training on sound gives.

    Attributes:
        net: trained on all clips.
        card: with calibration and measured results.
        histories: name of each network -> its history.
        record: the raw results.
    """

    net: SoundNet
    card: Card
    histories: dict[str, History]
    record: SoundRecord


def folds_by_source(dataset: Dataset, n: int, seed: int) -> NDArray[np.int64]:
    """The fold (clips,) of each clip: all clips of a source in one, the labels spread evenly.

    Raises:
        ConfigError: there are fewer sources than folds.
    """
    labels = np.array([trial.label for trial in dataset.trials])
    sources = np.array([trial.source for trial in dataset.trials])
    if len(set(sources)) < n:
        there = len(set(sources))
        raise ConfigError(
            f'folds: {n} folds need as many sources (recordings); there are {there}: write '
            f'"folds: {there}".'
        )
    folds = np.zeros(len(labels), dtype=np.int64)
    split = StratifiedGroupKFold(n, shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(split.split(labels, labels, sources)):
        folds[held_out] = fold
    return folds


def train_sound(
    config: SoundConfig,
    dataset: Dataset,
    work_dir: Path,
    *,
    command: str,
    git_commit: str = '',
    progress: Progress = lambda name, i, n, history: None,
) -> SoundTraining:
    """Train, calibrate and measure.

    Every source is held out once; one network more hears no household, and is asked of them alone;
    the network that comes out hears everything, with the same recipe.

    Args:
        config: the recipe.
        dataset: clips with 'audio' (n, 1) at 16 kHz.
        work_dir: keeps the state, so that a killed training goes on.
        command: goes into the card: what makes the file again.
        git_commit: goes into the card.
        progress: called after each step with the network's name, its number, their number, and its
            history.

    Raises:
        ConfigError: there are fewer sources than folds.
        DatasetError: a clip is too short, or a label has none in some training.
        TrainingError: the loss is no number any more.
        OutputError: the state cannot be written.
    """
    compute_reproducibly()
    card = make_sound_card(config, dataset, command=command, git_commit=git_commit)
    rows = as_sensor(dataset, sensor_of(card), card.input.rate_hz)
    folds = folds_by_source(dataset, config.folds, config.seed)
    home = np.array([is_home(trial.source) for trial in dataset.trials])
    asked = bool(home.any()) and not home.all()
    n_networks = config.folds + int(asked) + 1
    histories: dict[str, History] = {}

    def fit_one(name: str, held_out: NDArray[np.bool_]) -> SoundNet:
        i = len(histories)
        net, histories[name] = fit_sound(
            config,
            _of(rows, ~held_out),
            _of(rows, held_out),
            (config.seed, i),
            work_dir / f'{i}.safetensors',
            lambda history: progress(name, i, n_networks, history),
        )
        return net

    found: list[dict[str, str]] = [{} for _ in dataset.trials]
    streams = []
    for fold in range(config.folds):
        held_out = folds == fold
        net = fit_one(f'without fold {fold + 1}', held_out)
        answers = _ask(net, card, _of(dataset, held_out))
        for i, answer in zip(np.flatnonzero(held_out), answers, strict=True):
            found[i] = answer
        streams.append(hear(net, card, _of(dataset, held_out), (config.seed, fold)))
    new_home = [''] * len(home)
    if asked:
        net = fit_one('without households', home)
        for i, label in zip(np.flatnonzero(home), _best(net, _of(rows, home)), strict=True):
            new_home[i] = label
    net = fit_one('all sources', np.zeros(len(home), dtype=bool))
    record = SoundRecord(
        name=config.name,
        labels=card.labels,
        n_folds=config.folds,
        n_parameters=sum(p.numel() for p in net.parameters()),
        window_s=config.window_s,
        stride_s=config.stride_s,
        window_ms=round(_window_ms(net, card), 2),
        clips=tuple(
            ClipOutcome(
                name=trial.name,
                label=trial.label,
                source=trial.source,
                fold=int(fold),
                found=outcomes,
                new_home=label,
            )
            for trial, fold, outcomes, label in zip(
                dataset.trials, folds, found, new_home, strict=True
            )
        ),
        streams=tuple(
            outcome_of(
                stream,
                card,
                calibration_of([s for s in streams if s is not stream], card, config.unknown_at),
                fold,
            )
            for fold, stream in enumerate(streams)
        ),
    )
    calibration = calibration_of(streams, card, config.unknown_at)
    changes = {'calibration': calibration, 'results': results_of_sound(record)}
    return SoundTraining(net, card.model_copy(update=changes), histories, record)


def _of(dataset: Dataset, which: NDArray[np.bool_]) -> Dataset:
    trials = tuple(t for t, chosen in zip(dataset.trials, which, strict=True) if chosen)
    return replace(dataset, trials=trials)


def _best(net: SoundNet, rows: Dataset, length: int | None = None) -> list[str]:
    return [rows.info.labels[int(i)] for i in clip_log_p(net, rows, length).argmax(axis=1)]


def _ask(net: SoundNet, card: Card, clips: Dataset) -> list[dict[str, str]]:
    """The likeliest label of each clip, by what was done to it."""
    rows = as_sensor(clips, sensor_of(card), card.input.rate_hz)
    answers = {WHOLE: _best(net, rows)}
    sensor = sensor_of(card)
    for name, condition in sensor.conditions.items():
        others = as_sensor(changed(clips, sensor, condition), sensor, card.input.rate_hz)
        answers[name] = _best(net, others)
    for length_s in _LENGTHS_S:
        answers[f'its middle {length_s} s'] = _best(net, rows, round(length_s / HOP_S))
    return [{name: labels[i] for name, labels in answers.items()} for i in range(len(rows.trials))]


def _window_ms(net: SoundNet, card: Card) -> float:
    """Median time for the log-mel and the network of one window."""
    model = Model(net, card)
    sound = np.random.default_rng(0).normal(scale=0.1, size=round(card.input.window_s * RATE_HZ))
    times = []
    for _ in range(_N_TIMED):
        begin = time.perf_counter()
        model.log_probabilities(log_mel(sound)[None])
        times.append(time.perf_counter() - begin)
    return float(np.median(times)) * 1000
