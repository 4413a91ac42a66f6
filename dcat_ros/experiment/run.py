"""Running the grid: what is not there yet, on local processes or on a Ray cluster."""

import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from itertools import groupby
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from dcat_ros.errors import ConfigError, ResultsError, TrainingError
from dcat_ros.experiment.cells import load_cell
from dcat_ros.experiment.config import Cell, ExperimentConfig
from dcat_ros.experiment.group import group_key, load_paired, run_group
from dcat_ros.experiment.tuning import TUNING, chosen_attempts

__all__ = ['Progress', 'run_experiment']

_LOG = logging.getLogger(__name__)

#: Called with the stage's name, the number of cells that are there, and of all cells.
Progress = Callable[[str, int, int], None]

Work = Sequence[tuple[Cell, int]]


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
        TrainingError: a loss is no number any more, or workers die again and again.
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
        backend = _on_ray if ray_address else _on_processes
        for n in backend(config, groups, data_dir, where, ray_address or '', workers):
            finished += n
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


def _on_processes(
    config: ExperimentConfig,
    groups: Sequence[Work],
    data_dir: Path | None,
    folder: Path,
    address: str,
    workers: int | None,
) -> Iterator[int]:
    """Number of cells of each group, when it is finished."""
    if not groups:
        return
    os.environ['OMP_NUM_THREADS'] = '1'  # for the children: one thread a process
    n = workers or os.cpu_count() or 1
    others = set(active_children())
    with ProcessPoolExecutor(
        min(n, len(groups)), get_context('spawn'), initializer=_end_with_parent
    ) as pool:
        running = {
            pool.submit(run_group, config, group, data_dir, folder): len(group) for group in groups
        }
        try:
            while running:
                ready, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ready:
                    size = running.pop(future)
                    future.result()
                    yield size
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            # what they are at would take minutes, and is done again by the next run
            for child in set(active_children()) - others:
                child.terminate()
            raise


def _end_with_parent() -> None:
    """In a worker: do not go on alone when the program was killed."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _on_ray(
    config: ExperimentConfig,
    groups: Sequence[Work],
    data_dir: Path | None,
    folder: Path,
    address: str,
    workers: int | None,
) -> Iterator[int]:
    """The same on a Ray cluster; a group whose worker dies is begun again on another one."""
    try:
        import ray
    except ModuleNotFoundError:
        raise ConfigError("--ray needs the package ray: pip install 'dcat_ros[ray]'.") from None
    try:
        if address == 'local':
            ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
        elif not ray.is_initialized():
            _look_for_cluster(address)
            ray.init(address=address, log_to_driver=False)
    except (OSError, ValueError, RuntimeError) as problem:
        raise ConfigError(f'No Ray cluster answers at {address!r}: {problem}') from None
    one_thread = {'env_vars': {'OMP_NUM_THREADS': '1'}}
    remote = ray.remote(num_cpus=1, max_retries=3, runtime_env=one_thread)(run_group)
    try:
        running = {remote.remote(config, g, data_dir, folder): len(g) for g in groups}
        while running:
            ready, _ = ray.wait(list(running), num_returns=1)
            for reference in ready:
                size = running.pop(reference)
                ray.get(reference)
                yield size
    except ray.exceptions.WorkerCrashedError as problem:
        raise TrainingError(f'workers of the Ray cluster die again and again: {problem}') from None
    finally:
        if address == 'local':
            ray.shutdown()


def _look_for_cluster(address: str) -> None:
    """Ray itself tries for five minutes before it says that nobody listens at host:port.

    Raises:
        OSError: nobody listens there.
    """
    place = urlsplit(address if '://' in address else f'ray://{address}')
    if place.hostname and place.port:
        socket.create_connection((place.hostname, place.port), timeout=10).close()
