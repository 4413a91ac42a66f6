"""Training one network: the attention branch by steps, what stands beside it in closed form."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import ConfigError
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.segment import SEGMENT_LENGTH
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.shelf import Shelf
from dcat_ros.training.batch import Batch, Targets
from dcat_ros.training.checkpoint import History
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.encoded import encoded_batches, remembered
from dcat_ros.training.holdout import HeldOutStream, measure
from dcat_ros.training.listener import Listener, recipe_of
from dcat_ros.training.loop import fit
from dcat_ros.training.record import make_card
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.reproducible import seed_torch
from dcat_ros.training.ridge import fit_ppv, fit_segment
from dcat_ros.training.streams import StreamPool, make_pool
from dcat_ros.training.teacher import Teacher, make_teacher
from dcat_ros.training.together import together
from dcat_ros.training.transfer import Transfer

__all__ = ['Fitted', 'Watch', 'fit_network']

#: Called after each step.
Watch = Callable[[History], None]

#: Windows for the closed-form branch: enough for its features, few enough for the memory.
_PPV_WINDOWS = 6000
_SCALE_WINDOWS = 1000  # for the scale of features alone
_ENCODED = 2  # in the seed of windows that an encoder is given
_HEARD_FIRST, _SOME_WINDOWS = 3, 256  # in the seed of those that a listening source hears first


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
    validation: Sequence[HeldOutStream],
    progress: Watch = lambda history: None,
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
        validation: held-out streams, for the curve.
        progress: called after each step.
        transfer: whether the configuration's source teaches; otherwise labels alone.
    """
    sensor = sensor_of(card)
    shelf = Shelf(checkpoint.parent)
    streams = as_sensor(dataset, sensor, card.input.rate_hz, shelf)
    known, unknown = _by_label(config, streams)
    teacher = _source_of(config, dataset, card, seed, checkpoint) if transfer else None
    rows, drawn, drawn_from = {}, sensor, (known, unknown)
    if isinstance(teacher, Teacher):
        rows = teacher.rows
    elif teacher is not None:
        drawn = together(sensor, teacher.sensor)
        both = as_sensor(dataset, drawn, card.input.rate_hz, shelf)
        drawn_from = _by_label(config, both)
    rng = np.random.default_rng(seed)
    pool = make_pool(drawn_from[0], config, drawn, rng, rows, shelf=shelf, n_own=sensor.n_values)
    others = None
    if unknown.trials and teacher:
        others = make_pool(
            drawn_from[1],
            config,
            drawn,
            rng,
            rows,
            labelled=False,
            shelf=shelf,
            n_own=sensor.n_values,
        )
    seed_torch(seed)
    learner = _learner(config, card, pool, seed)
    recordings = ' '.join(t.name for t in (*known.trials, *unknown.trials))
    source = teacher.sha256 if teacher else ''
    # the twin depends on nothing of the source but whose labels are used
    recipe = config if teacher else config.model_copy(update={'transfer': None})
    # the state of a training serves whatever does not change what is learnt
    fields = recipe.model_dump_json(
        exclude={'name': True, 'description': True, 'transfer': {'fall_back'}}
    )
    contents = f'{fields} {seed} {recordings} {source}'

    def draw(rng: np.random.Generator) -> Batch:
        size = config.optimiser.batch_size
        length_s = float(rng.choice(config.lengths_s)) if config.lengths_s else None
        batch = pool.draw(config, rng, size, length_s)
        if others is not None:
            more = others.draw(config, rng, size, length_s, labelled=False)
            batch = batch.and_more(more)
        return batch

    batches: Callable[[np.random.Generator], Batch] = draw
    encode = None
    if sensor.encoder:
        frozen = sensor.encoder.load()
        batches = encoded_batches(draw, frozen, (*seed, _ENCODED), config.encoder_windows)
        encode = remembered(frozen)

    def validate(average: ActivityNet) -> float:
        scores = [measure(average, card, s, encode).macro_f1(card.labels) for s in validation]
        return float(np.mean(scores))

    learner, history = fit(
        learner,
        batches,
        config.optimiser,
        seed,
        transfer=_transfer(teacher, learner, card, config, pool, seed),
        checkpoint=checkpoint,
        key=hashlib.sha256(contents.encode()).hexdigest(),
        validate=validate if validation else None,
        progress=progress,
    )
    if learner.steps_on_features:
        return Fitted(learner.eval(), history, source)
    net = ActivityNet(config.network, sensor, len(card.labels))
    net.load_state_dict(learner.state_dict(), strict=False)
    if config.network.ppv:
        windows, targets = _mild(config, pool, seed, _PPV_WINDOWS)
        fit_ppv(net, windows, targets, config.ppv_penalty, config.seed)
    if config.network.names_whole:
        whole = whole_recordings(known, SEGMENT_LENGTH, sensor.name)
        fit_segment(net, *whole, config.ppv_penalty)
    return Fitted(net.eval(), history, source)


def _source_of(
    config: TrainConfig, dataset: Dataset, card: Card, seed: tuple[int, int], checkpoint: Path
) -> Teacher | Listener | None:
    """What teaches: of whole trials, or of the windows themselves."""
    if config.transfer is None:
        return None
    recipe = recipe_of(config.transfer.source)
    if recipe is None:
        folder = checkpoint.parent / 'sources'
        return make_teacher(config, config.transfer, dataset, seed, folder)

    def fit_source(recipe: TrainConfig) -> tuple[ActivityNet, tuple[str, ...]]:
        labelled = replace(dataset, trials=_by_label(config, dataset)[0].trials)
        own = make_card(recipe, labelled, command='', git_commit='')
        state = checkpoint.with_name(f'source_{seed[1]}.safetensors')
        return fit_network(recipe, labelled, own, seed, state, []).net, own.labels

    return Listener.trained(config, config.transfer, recipe, fit_source)


def _transfer(
    teacher: Teacher | Listener | None,
    learner: ActivityNet,
    card: Card,
    config: TrainConfig,
    pool: StreamPool,
    seed: tuple[int, int],
) -> Transfer | None:
    if teacher is None:
        return None
    if isinstance(teacher, Teacher):
        return teacher.transfer(learner, card.labels)
    rng = np.random.default_rng((*seed, _HEARD_FIRST))
    some = pool.draw(config, rng, _SOME_WINDOWS).beside
    assert some is not None  # the pool was made for both
    return teacher.transfer(learner, card.labels, some)


def _learner(
    config: TrainConfig, card: Card, pool: StreamPool, seed: tuple[int, int]
) -> ActivityNet:
    """What is trained by steps, with fresh weights."""
    sensor, n_classes = sensor_of(card), len(card.labels)
    if config.network.ppv and config.network.ppv_hidden:
        net = ActivityNet(config.network, sensor, n_classes)
        windows, _ = _mild(config, pool, seed, _SCALE_WINDOWS)
        generator = torch.Generator().manual_seed(config.seed)
        net.ppv.fit(torch.from_numpy(windows), generator)
        return net
    # the layers in closed form have their own fit, and join afterwards
    spec = config.network.model_copy(update={'ppv': False, 'segment': False})
    return ActivityNet(spec, sensor, n_classes)


def _mild(
    config: TrainConfig, pool: StreamPool, seed: tuple[int, int], n: int
) -> tuple[NDArray[np.float32], Targets]:
    """Windows of the usual length for the fixed features, and their targets."""
    mild = config.model_copy(update={'augment': config.ppv_augment})
    batch = pool.draw(mild, np.random.default_rng((*seed, 1)), n)
    return batch.windows, batch.targets


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
