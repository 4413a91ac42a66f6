"""Running the grid: what is not there yet, on local processes or on a Ray cluster."""

import logging
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

from dcat_ros.errors import ResultsError
from dcat_ros.experiment.cells import load_cell
from dcat_ros.experiment.config import Cell, ExperimentConfig
from dcat_ros.experiment.group import group_key, load_paired, run_group
from dcat_ros.experiment.tuning import TUNING, chosen_attempts
from dcat_ros.parallel import spread

__all__ = ['Progress', 'run_experiment']

_LOG = logging.getLogger(__name__)

#: Called with the stage's name, the number of cells that are there, and of all cells.
Progress = Callable[[str, int, int], None]


def run_experiment(
    config: ExperimentConfig,
    data_dir: Path | None,
    folder: Path,
    *,
    workers: int | None = None,
    ray_address: str | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> None:
    """Tune, then run every cell whose file is not there; run again, it goes on where it stopped.

    Args:
        config: the experiment.
        data_dir: folder of the data sets.
        folder: where the cells' files lie.
        workers: number of local processes; as many as cores without it.
        ray_address: a Ray cluster that works instead; 'local' starts one here.
        progress: see `Progress`.

    Raises:
        ConfigError: Ray is not installed or not reachable, or the grid does not fit the recordings.
        DatasetError: the recordings are unusable.
        TrainingError: a loss is no number any more.
        WorkerError: workers die.
        OutputError: a file cannot be written.
    """
    # whatever is wrong with the recordings is said here, once
    load_paired(config, data_dir, lambda done, total: progress('reading', done, total))
    stages = (
        ('tuning', folder / TUNING, config.tuning_cells),
        ('grid', folder, config.cells),
    )
    for stage, where, cells_of in stages:
        cells = cells_of()
        chosen = chosen_attempts(config, folder) if stage == 'grid' else {}
        pending = [cell for cell in cells if not _is_there(config, where, cell)]
        groups = [
            [(cell, cell.attempt if cell.attempt >= 0 else chosen[cell.method]) for cell in group]
            for group in _groups(pending)
        ]
        progress(stage, len(cells) - len(pending), len(cells))
        finished = 0
        pieces = [(config, group, data_dir, where) for group in groups]
        for i, _ in spread(run_group, pieces, workers=workers, ray_address=ray_address):
            finished += len(groups[i])
            progress(stage, len(cells) - len(pending) + finished, len(cells))


def _is_there(config: ExperimentConfig, folder: Path, cell: Cell) -> bool:
    path = folder / cell.file
    if not path.exists():
        return False
    try:
        result = load_cell(path)
    except ResultsError as problem:
        _LOG.warning('%s', problem)
        return False
    return result.config == config.digest() and result.cell == cell


def _groups(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells that share their sources, in the order in which they come."""
    order = {key: i for i, key in enumerate(dict.fromkeys(group_key(cell) for cell in cells))}
    ordered = sorted(cells, key=lambda cell: order[group_key(cell)])
    return [list(group) for _, group in groupby(ordered, key=group_key)]
