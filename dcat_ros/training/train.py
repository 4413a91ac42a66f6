"""From a configuration to a weights file: folds to calibrate and to measure, then all subjects."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import torch

import dcat_ros
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import ConfigError
from dcat_ros.modalities import imu
from dcat_ros.model.card import Card, InputSpec, TrainingRecord
from dcat_ros.model.network import SEGMENT_LENGTH, ActivityNet
from dcat_ros.segment import REST
from dcat_ros.training.checkpoint import History
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.holdout import HeldOut, Subject, calibration_of, make_subject, measure
from dcat_ros.training.loop import fit
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.results import results_of
from dcat_ros.training.ridge import fit_ppv, fit_segment
from dcat_ros.training.streams import make_pool

__all__ = ['Progress', 'Training', 'fit_network', 'make_card', 'train']

#: Windows for the closed-form branch: enough for its features, few enough for the memory.
_PPV_WINDOWS = 6000

#: Called after each step with the fold's name, its number, the number of folds, its history.
Progress = Callable[[str, int, int, History], None]


@dataclass(frozen=True)
class Training:
    """What a training gives.

    Attributes:
        net: trained on all subjects.
        card: with calibration and measured results.
        histories: name of each fold, and 'all subjects', -> its history.
    """

    net: ActivityNet
    card: Card
    histories: dict[str, History]


def train(
    config: TrainConfig,
    dataset: Dataset,
    work_dir: Path,
    *,
    command: str,
    git_commit: str = '',
    progress: Progress = lambda name, i, n, history: None,
) -> Training:
    """Train, calibrate and measure.

    Every subject is held out once: the networks of the folds tell how good the recipe is on
    people whom it never saw, and what they say of them fits the calibration. The network that
    comes out is trained on everybody, with the same recipe.

    Args:
        config: the recipe.
        dataset: the recordings; those of other subjects than the configuration's are not used.
        work_dir: keeps the state, so that a killed training goes on.
        command: goes into the card: what makes the file again.
        git_commit: goes into the card.
        progress: see `Progress`.

    Raises:
        DatasetError: a subject is missing.
        ConfigError: there are fewer subjects than folds.
        TrainingError: the loss is no number any more.
        OutputError: the state cannot be written.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    if config.subjects is not None:
        dataset = dataset.of_subjects(config.subjects)
    card = make_card(config, dataset, command=command, git_commit=git_commit)
    folds = _folds(dataset.subjects, config.folds)
    histories: dict[str, History] = {}
    held_out: list[HeldOut] = []

    def fit_one(i: int, without: list[str]) -> tuple[ActivityNet, list[Subject]]:
        name = f'without {", ".join(without)}' if without else 'all subjects'
        rest = dataset.of_subjects([s for s in dataset.subjects if s not in without])
        subjects = [make_subject(dataset, s, config.seed) for s in without]
        net, histories[name] = fit_network(
            config,
            rest,
            card,
            (config.seed, i),
            work_dir / f'fold_{i}.safetensors',
            subjects,
            lambda history: progress(name, i, len(folds) + 1, history),
        )
        return net, subjects

    for i, without in enumerate(folds):
        net, subjects = fit_one(i, without)
        held_out += [measure(net, card, subject) for subject in subjects]
    net, _ = fit_one(len(folds), [])
    calibration = calibration_of(held_out, card, config.unknown_at, len(folds))
    results = results_of(held_out, card, config.unknown_at, len(folds))
    card = card.model_copy(update={'calibration': calibration, 'results': results})
    return Training(net, card, histories)


def fit_network(
    config: TrainConfig,
    dataset: Dataset,
    card: Card,
    seed: tuple[int, int],
    checkpoint: Path,
    validation: Sequence[Subject],
    progress: Callable[[History], None] = lambda history: None,
) -> tuple[ActivityNet, History]:
    """Train one network on a data set: the attention branch by steps, the others in closed form.

    Args:
        config: the recipe.
        dataset: all of it is trained on.
        card: gives labels and channels.
        seed: of everything random.
        checkpoint: file that keeps the state.
        validation: held-out subjects, for the curve.
        progress: called after each step.
    """
    pool = make_pool(dataset, config, np.random.default_rng(seed))
    torch.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    sizes = len(card.input.channels), len(card.labels)
    # the branch of fixed kernels has its own, closed-form fit, and joins afterwards
    plain = ActivityNet(config.network.model_copy(update={'ppv': False, 'segment': False}), *sizes)
    recordings = ' '.join(trial.name for trial in dataset.trials)
    key = hashlib.sha256(f'{config.model_dump_json()} {seed} {recordings}'.encode()).hexdigest()

    def validate(average: ActivityNet) -> float:
        scores = [measure(average, card, s, trials=False).macro_f1(card.labels) for s in validation]
        return float(np.mean(scores))

    plain, history = fit(
        plain,
        lambda rng: pool.draw(config, rng, config.optimiser.batch_size),
        config.optimiser,
        seed,
        checkpoint=checkpoint,
        key=key,
        validate=validate if validation else None,
        progress=progress,
    )
    net = ActivityNet(config.network, *sizes)
    net.load_state_dict(plain.state_dict(), strict=False)
    if config.network.ppv:
        rng = np.random.default_rng((*seed, 1))
        mild = config.model_copy(update={'augment': config.ppv_augment})
        fit_ppv(net, *pool.draw(mild, rng, _PPV_WINDOWS), config.ppv_penalty, config.seed)
    if config.network.segment:
        fit_segment(net, *whole_recordings(dataset, SEGMENT_LENGTH), config.ppv_penalty)
    return net.eval(), history


def make_card(config: TrainConfig, dataset: Dataset, *, command: str, git_commit: str) -> Card:
    """The record, before calibration and results."""
    return Card(
        name=config.name,
        description=config.description,
        modality='imu',
        labels=(*dataset.info.labels, REST),
        input=InputSpec(
            channels=imu.CHANNELS,
            units=imu.UNITS,
            frame=config.frame,
            rate_hz=dataset.info.rate_hz,
            window_s=config.window_s,
            stride_s=config.stride_s,
            lag_s=config.lag_s,
        ),
        network=config.network,
        training=TrainingRecord(
            dataset=dataset.info.title,
            source=dataset.info.source,
            licence=dataset.info.licence,
            subjects=dataset.subjects,
            n_trials=len(dataset.trials),
            config=config.model_dump(mode='json'),
            command=command,
            package_version=dcat_ros.__version__,
            git_commit=git_commit,
            torch_version=torch.__version__,
            created=datetime.now(timezone.utc).date().isoformat(),
        ),
    )


def _folds(subjects: Sequence[str], n: int | None) -> list[list[str]]:
    """Groups of subjects of which each is held out once."""
    if n is None:
        n = len(subjects)
    if len(subjects) < n or n < 2:
        raise ConfigError(
            f'folds: {n} folds need as many subjects, and at least 2; there are {len(subjects)}.'
        )
    return [list(subjects[i::n]) for i in range(n)]
