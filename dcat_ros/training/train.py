"""From a configuration to a weights file: folds to calibrate and to measure, then all subjects."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dcat_ros.card.card import Card
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import ConfigError
from dcat_ros.model.network import SEGMENT_LENGTH, ActivityNet
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.training.checkpoint import History
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.feasible import check_feasible
from dcat_ros.training.holdout import HeldOut, Subject, calibration_of, make_subject, measure
from dcat_ros.training.loop import Batch, fit
from dcat_ros.training.record import make_card
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.reproducible import compute_reproducibly, seed_torch
from dcat_ros.training.results import is_better, named, results_of, with_source
from dcat_ros.training.ridge import fit_ppv, fit_segment
from dcat_ros.training.streams import make_pool
from dcat_ros.training.teacher import make_teacher, source_card
from dcat_ros.training.transfer import NONE

__all__ = ['Fitted', 'Progress', 'Training', 'fit_network', 'train']

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
    comes out is trained on everybody, with the same recipe. With a source, the folds are trained
    without it as well, so that the record tells what the transfer gained; where it gained nothing,
    and the recipe lets it, labels alone train the network that comes out.

    Args:
        config: the recipe.
        dataset: the recordings; those of other subjects than the configuration's are not used.
        work_dir: keeps the state, so that a killed training goes on.
        command: goes into the card: what makes the file again.
        git_commit: goes into the card.
        progress: see `Progress`.

    Raises:
        DatasetError: a subject is missing, or a label is left to nobody.
        ConfigError: there are fewer subjects than folds, or rate or window do not fit.
        TrainingError: the loss is no number any more.
        OutputError: the state cannot be written.
    """
    compute_reproducibly()
    if config.subjects is not None:
        dataset = dataset.of_subjects(config.subjects)
    card = make_card(config, dataset, command=command, git_commit=git_commit)
    folds = _folds(dataset.subjects, config.folds)
    streams = as_sensor(dataset, sensor_of(card), card.input.rate_hz)
    check_feasible(config, dataset, streams, card, folds)
    arms = ['transfer', 'twin'] if config.transfer else ['twin']
    methods = {'transfer': card.training.method, 'twin': NONE}
    n_networks = len(folds) * len(arms) + 1
    histories: dict[str, History] = {}
    held_out: dict[str, list[HeldOut]] = {arm: [] for arm in arms}

    def fit_one(arm: str, i: int, without: list[str]) -> tuple[Fitted, list[Subject]]:
        name = f'without {", ".join(without)}' if without else 'all subjects'
        if arm == 'twin' and config.transfer:
            name += ', no transfer'
        who = [s for s in dataset.subjects if s not in without]
        # what is finished already is only measured again, which takes its time, too
        progress(name, len(histories), n_networks, History())
        subjects = [make_subject(streams, s, config.seed, sensor_of(card)) for s in without]
        fitted = fit_network(
            config,
            dataset.of_subjects(who),
            card,
            (config.seed, i),
            work_dir / f'{methods[arm]}_{i}.safetensors',
            subjects,
            lambda history: progress(name, len(histories), n_networks, history),
            transfer=arm == 'transfer',
        )
        histories[name] = fitted.history
        return fitted, subjects

    for i, without in enumerate(folds):
        for arm in arms:
            fitted, subjects = fit_one(arm, i, without)
            held_out[arm] += [measure(fitted.net, card, subject) for subject in subjects]
    figures = {
        arm: results_of(subjects, card, config.unknown_at, len(folds))
        for arm, subjects in held_out.items()
    }
    record, results, arm = card.training, figures[arms[0]], arms[0]
    if config.transfer:
        seen = [s for s in source_card(config.transfer)[1] if s in dataset.subjects]
        taught, twin = with_source(figures['transfer'], seen), figures['twin']
        if config.transfer.fall_back and not is_better(taught, twin):
            by = f'with {record.method} from {record.source_modality}'
            results, arm = twin + named(taught, by), 'twin'
            record = record.model_copy(update={'method': NONE, 'source_modality': ''})
        else:
            results = taught + named(twin, 'without transfer')
    fitted, _ = fit_one(arm, len(folds), [])
    calibration = calibration_of(held_out[arm], card, config.unknown_at, len(folds))
    record = record.model_copy(update={'source_sha256': fitted.source_sha256})
    changes = {'calibration': calibration, 'results': results, 'training': record}
    return Training(fitted.net, card.model_copy(update=changes), histories)


@dataclass(frozen=True)
class Fitted:
    """One trained network.

    Attributes:
        net: in eval mode.
        history: of its training.
        source_sha256: of the source that taught it, or empty.
    """

    net: ActivityNet
    history: History
    source_sha256: str = ''


def fit_network(
    config: TrainConfig,
    dataset: Dataset,
    card: Card,
    seed: tuple[int, int],
    checkpoint: Path,
    validation: Sequence[Subject],
    progress: Callable[[History], None] = lambda history: None,
    *,
    transfer: bool = False,
) -> Fitted:
    """Train one network on a data set: the attention branch by steps, the others in closed form.

    Args:
        config: the recipe.
        dataset: all of it is trained on; with the source's signals if there is a source.
        card: gives labels and modality.
        seed: of everything random.
        checkpoint: file that keeps the state.
        validation: held-out subjects, for the curve.
        progress: called after each step.
        transfer: whether the configuration's source teaches; otherwise labels alone.
    """
    sensor = sensor_of(card)
    streams = as_sensor(dataset, sensor, card.input.rate_hz)
    known, unknown = _by_label(config, streams)
    teacher = None
    if transfer and config.transfer is not None:
        folder = checkpoint.parent / 'sources'
        teacher = make_teacher(config, config.transfer, dataset, seed, folder)
    rows = teacher.rows if teacher else {}
    rng = np.random.default_rng(seed)
    pool = make_pool(known, config, sensor, rng, rows)
    others = None
    if unknown.trials and teacher:
        others = make_pool(unknown, config, sensor, rng, rows, labelled=False)
    seed_torch(seed)
    # the branch of fixed kernels has its own, closed-form fit, and joins afterwards
    spec = config.network.model_copy(update={'ppv': False, 'segment': False})
    plain = ActivityNet(spec, sensor, len(card.labels))
    recordings = ' '.join(t.name for t in (*known.trials, *unknown.trials))
    source = teacher.sha256 if teacher else ''
    # the twin depends on nothing of the source but whose labels are used
    recipe = config if teacher else config.model_copy(update={'transfer': None})
    # the state of a training serves whatever does not change what is learnt
    fields = recipe.model_dump_json(
        exclude={
            'name': True,
            'description': True,
            'transfer': {'fall_back'},
            'network': {'kind'},  # always the same here
        }
    )
    contents = f'{fields} {seed} {recordings} {source}'

    def draw(rng: np.random.Generator) -> Batch:
        batch = pool.draw(config, rng, config.optimiser.batch_size)
        if others is None:
            return batch
        more = others.draw_unlabelled(config, rng, config.optimiser.batch_size)
        return Batch(
            np.concatenate([batch.windows, more.windows]),
            np.concatenate([batch.classes, more.classes]),
            np.concatenate([batch.pairs, more.pairs]),
        )

    def validate(average: ActivityNet) -> float:
        scores = [measure(average, card, s, trials=False).macro_f1(card.labels) for s in validation]
        return float(np.mean(scores))

    plain, history = fit(
        plain,
        draw,
        config.optimiser,
        seed,
        transfer=teacher.transfer(plain, card.labels) if teacher else None,
        checkpoint=checkpoint,
        key=hashlib.sha256(contents.encode()).hexdigest(),
        validate=validate if validation else None,
        progress=progress,
    )
    net = ActivityNet(config.network, sensor, len(card.labels))
    net.load_state_dict(plain.state_dict(), strict=False)
    if config.network.ppv:
        mild = config.model_copy(update={'augment': config.ppv_augment})
        windows, classes, _ = pool.draw(mild, np.random.default_rng((*seed, 1)), _PPV_WINDOWS)
        fit_ppv(net, windows, classes, config.ppv_penalty, config.seed)
    if config.network.segment:
        whole = whole_recordings(known, SEGMENT_LENGTH, sensor.name)
        fit_segment(net, *whole, config.ppv_penalty)
    return Fitted(net.eval(), history, source)


def _by_label(config: TrainConfig, dataset: Dataset) -> tuple[Dataset, Dataset]:
    """The recordings whose labels are used, and those that only the transfer uses."""
    if config.transfer is None:
        return dataset, replace(dataset, trials=())
    known = tuple(t for t in dataset.trials if config.transfer.is_labelled(t))
    if not known:
        raise ConfigError(
            'transfer: no recording of labelled_subjects or labelled_trials is trained on in this '
            f'fold (subjects {", ".join(dataset.subjects)}); name more, or fewer folds.'
        )
    others = tuple(t for t in dataset.trials if not config.transfer.is_labelled(t))
    if config.transfer.unlabelled == 'ignore':
        others = ()
    return replace(dataset, trials=known), replace(dataset, trials=others)


def _folds(subjects: Sequence[str], n: int | None) -> list[list[str]]:
    """Groups of subjects of which each is held out once."""
    if n is None:
        n = len(subjects)
    if len(subjects) < 2:
        raise ConfigError(
            f'There is one subject alone, {", ".join(subjects)}, and one must be held out to '
            'measure and to calibrate. Who is alone names each session as a subject.'
        )
    if len(subjects) < n:
        raise ConfigError(
            f'folds: {n} folds need as many subjects; there are {len(subjects)}: write '
            f'"folds: {len(subjects)}", or leave it out.'
        )
    return [list(subjects[i::n]) for i in range(n)]
