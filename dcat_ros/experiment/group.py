"""The work itself: the cells that share their sources, one after the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

import dcat_ros
from dcat_ros.card.card import NetworkSpec
from dcat_ros.datasets import load
from dcat_ros.datasets.windows import cut
from dcat_ros.experiment.cells import CellResult, Run, save_cell
from dcat_ros.experiment.config import Cell, ExperimentConfig
from dcat_ros.experiment.splits import Split, split
from dcat_ros.model.network import ActivityNet
from dcat_ros.training.config import OptimiserConfig
from dcat_ros.training.paired import Paired, make_paired
from dcat_ros.training.reproducible import compute_reproducibly
from dcat_ros.training.source import SourceOutputs, freeze, source_outputs
from dcat_ros.training.transfer import NONE, Transfer
from dcat_ros.training.trials import TrialRecipe, fit_trials, predict
from dcat_ros.training.views import find_view

__all__ = ['group_key', 'load_paired', 'run_group']

_NETWORK = NetworkSpec(ppv=False)


@dataclass(frozen=True)
class _Source:
    """A frozen source, and what it gives for everything that is trained on.

    Attributes:
        net: the network.
        outputs: for the labelled and the unlabelled recordings.
        partner: row in the outputs of each recording; -1 for those that are tested.
    """

    net: ActivityNet
    outputs: SourceOutputs
    partner: NDArray[np.int64]


def group_key(cell: Cell) -> tuple[object, ...]:
    """Cells with one key share their sources."""
    return cell.direction, cell.regime, cell.seed, cell.source, cell.shuffled, cell.rotations


def run_group(
    config: ExperimentConfig,
    cells: Sequence[tuple[Cell, int]],
    data_dir: Path | None,
    folder: Path,
) -> None:
    """Train and test the cells of one group, and write each one's file when it is there.

    Args:
        config: the experiment.
        cells: each with the index of the factor that it uses.
        data_dir: folder of the data sets.
        folder: of the results.

    Raises:
        DatasetError: the recordings are unusable.
        ConfigError: they cannot be divided as the regime wants.
        TrainingError: a loss is no number any more.
        OutputError: a file cannot be written.
    """
    compute_reproducibly()
    paired = load_paired(config, data_dir)
    sources: dict[int, _Source] = {}
    for cell, attempt in cells:
        start, runs = time.monotonic(), []
        for rotation in cell.rotations or range(config.rotations):
            where = split(
                paired, cell.regime, config.tune_subjects, rotation, config.rotations, cell.seed
            )
            if cell.method != NONE and rotation not in sources:
                begin = time.monotonic()
                sources[rotation] = _train_source(config, paired, cell, where, rotation)
                start += time.monotonic() - begin
            source = sources.get(rotation) if cell.method != NONE else None
            runs.append(_run(config, paired, cell, attempt, where, rotation, source))
        result = CellResult(
            **cell._asdict() | {'rotations': list(cell.rotations)},
            config=config.digest(),
            weights=config.weights(cell.method, attempt),
            learning_rate=config.optimiser_for(cell.method, attempt).learning_rate,
            seconds=round(time.monotonic() - start, 2),
            package_version=dcat_ros.__version__,
            runs=runs,
        )
        save_cell(folder, result)


@lru_cache(maxsize=1)
def load_paired(
    config: ExperimentConfig,
    data_dir: Path | None,
    progress: Callable[[int, int], None] | None = None,
) -> Paired:
    """The recordings in all views that the experiment uses.

    Args:
        config: the experiment.
        data_dir: folder of the data sets.
        progress: is told how many recordings of how many are read, where that takes long.

    Raises:
        DatasetError: the recordings are unusable.
    """
    views = sorted({v for cell in config.cells() for v in cell.direction.split('>')} - {NONE})
    signals = sorted({find_view(view).sensor.signal for view in views})
    dataset = load(config.dataset, data_dir, config.subjects, signals, progress)
    if config.window_s is not None:
        dataset = cut(dataset, config.window_s, config.window_s)
    return make_paired(dataset, views)


def _train_source(
    config: ExperimentConfig, paired: Paired, cell: Cell, where: Split, rotation: int
) -> _Source:
    """Train the source, on nothing that is tested, and freeze it."""
    view = cell.direction.split('>')[0]
    recipe = TrialRecipe(config.optimiser, config.augment, config.crop, _NETWORK)
    if cell.source == 'overfitted':
        recipe = _overfitting(recipe)
    none = np.array([], dtype=np.int64)
    seed = (cell.seed, rotation, 1)
    rows = np.concatenate([where.labelled, where.unlabelled])
    labelled = where.labelled if cell.source != 'all_labels' else where.train
    net = freeze(fit_trials(paired, view, labelled, none, recipe, seed))
    partner = np.full(len(paired.names), -1)
    partner[rows] = np.arange(len(rows))
    if cell.shuffled:
        partner[rows] = np.random.default_rng(seed).permutation(len(rows))
    return _Source(net, source_outputs(net, paired.views[view][rows]), partner)


def _overfitting(recipe: TrialRecipe) -> TrialRecipe:
    """Nothing that keeps a network from learning its recordings by heart, and twice the time."""
    changes = {'steps': 2 * recipe.optimiser.steps, 'weight_decay': 0.0, 'label_smoothing': 0.0}
    optimiser: OptimiserConfig = recipe.optimiser.model_copy(update=changes)
    network = recipe.network.model_copy(update={'dropout': 0.0})
    return replace(recipe, optimiser=optimiser, augment=None, crop=0.0, network=network)


def _run(
    config: ExperimentConfig,
    paired: Paired,
    cell: Cell,
    attempt: int,
    where: Split,
    rotation: int,
    source: _Source | None,
) -> Run:
    source_view, view = cell.direction.split('>')
    optimiser = config.optimiser_for(cell.method, attempt)
    weights = config.weights(cell.method, attempt)
    net = fit_trials(
        paired,
        view,
        where.labelled,
        where.unlabelled,
        TrialRecipe(optimiser, config.augment, config.crop, _NETWORK),
        (cell.seed, rotation, 2),
        None if source is None else lambda target: Transfer(weights, source.outputs, target),
        None if source is None else source.partner,
    )
    truth = paired.classes[where.test]
    f1 = None
    if source is not None:
        found = predict(source.net, paired.views[source_view][where.test])
        f1 = round(float(f1_score(truth, found, average='macro', zero_division=0)), 4)
    return Run(
        rotation=rotation,
        trials=where.test.tolist(),
        subjects=paired.subjects[where.test].tolist(),
        truth=truth.tolist(),
        predicted=predict(net, paired.views[view][where.test]).tolist(),
        source_macro_f1=f1,
    )
