"""Training the networks of a recipe at once, on processes or on a Ray cluster.

Each leaves its state in the folder where `train` looks for it: that finds them finished, and
measures them. The same weights come out, however many worked.
"""

import mmap
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from dcat_ros.card.card import Card
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import OutputError
from dcat_ros.parallel import spread
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.shelf import Shelf
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.feasible import check_feasible
from dcat_ros.training.folds import folds_of
from dcat_ros.training.piece import Piece, fit_piece, pieces_of
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly

__all__ = ['fit_at_once']

_ALIGNED = 64
#: Left behind only where the program is killed, and then overwritten by the next one.
_RECORDINGS = 'recordings.handed'


def fit_at_once(
    config: TrainConfig,
    dataset: Dataset,
    work_dir: Path,
    *,
    workers: int | None = None,
    ray_address: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Train all networks of a recipe.

    Args:
        config: the recipe.
        dataset: the recordings.
        work_dir: keeps the state of each network; workers see it under the same path.
        workers: number of local processes; as many as cores without it.
        ray_address: a Ray cluster that works instead; 'local' starts one here.
        progress: called with the number of networks that are finished, and of all.

    Raises:
        ConfigError: Ray is not installed or not reachable, or as `train`.
        WorkerError: workers die.
        DcatError: as `train`.
    """
    if config.subjects is not None:
        dataset = dataset.of_subjects(config.subjects)
    card = make_card(config, dataset, command='', git_commit='')
    pieces = pieces_of(config, dataset)
    streams = as_sensor(dataset, sensor_of(card), card.input.rate_hz, Shelf(work_dir))
    folds = folds_of(dataset, config.held_out, config.folds, config.seed)
    check_feasible(config, dataset, streams, card, folds)
    del streams
    handed = _hand_over(dataset, work_dir)
    try:
        arguments = [(config, handed, card, piece, work_dir) for piece in pieces]
        progress(0, len(pieces))
        found = spread(_fit, arguments, workers=workers, ray_address=ray_address)
        for n, _ in enumerate(found, start=1):
            progress(n, len(pieces))
    finally:
        handed.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Handed:
    """Recordings for other processes: what they are, and their samples in a file for all.

    Attributes:
        path: of the file.
        head: pickled, without the samples.
        places: first byte and number of bytes of each array.
    """

    path: Path
    head: bytes
    places: tuple[tuple[int, int], ...]

    def take(self) -> Dataset:
        """The recordings; samples are read where they are needed."""
        if not any(n for _, n in self.places):
            room = memoryview(b'')
        else:
            with self.path.open('rb') as file:
                # private: what a process changes is its own
                room = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        parts = [room[begin : begin + n] for begin, n in self.places]
        dataset: Dataset = pickle.loads(self.head, buffers=parts)  # our own, of this training
        return dataset


def _hand_over(dataset: Dataset, folder: Path) -> _Handed:
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(dataset, protocol=5, buffer_callback=buffers.append)
    places = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _RECORDINGS
        with path.open('wb') as file:
            for buffer in buffers:
                file.write(bytes(-file.tell() % _ALIGNED))
                raw = buffer.raw()
                places.append((file.tell(), raw.nbytes))
                file.write(raw)
    except OSError as problem:
        raise OutputError(
            f'{folder} has no room for the recordings that other processes train on: '
            f'{problem.strerror}.'
        ) from None
    return _Handed(path, head, tuple(places))


def _fit(config: TrainConfig, handed: _Handed, card: Card, piece: Piece, work_dir: Path) -> None:
    """In a worker: train one network."""
    compute_reproducibly()
    torch.set_num_threads(1)
    dataset: Any = handed.take()
    streams = as_sensor(dataset, sensor_of(card), card.input.rate_hz, Shelf(work_dir))
    fit_piece(config, dataset, streams, card, piece, work_dir)
