"""The networks of a training, none of which depends on another one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dcat_ros.card.card import Card
from dcat_ros.datasets.trial import Dataset
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.shelf import Shelf
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.folds import Fold, Part, folds_of
from dcat_ros.training.holdout import HeldOutStream, make_stream
from dcat_ros.training.networks import Fitted, Watch, fit_network
from dcat_ros.training.transfer import NONE

__all__ = ['Arm', 'Piece', 'apart_of', 'arms_of', 'fit_piece', 'pieces_of']

#: With what a source says, and by labels alone.
Arm = Literal['transfer', 'twin']


@dataclass(frozen=True)
class Piece:
    """One network.

    Attributes:
        arm: by what it learns.
        number: in its seed, and of its file.
        fold: what it does not learn from; None if it learns from everything.
    """

    arm: Arm
    number: int
    fold: Fold | None

    def name(self, config: TrainConfig) -> str:
        """For people."""
        own = f'without {self.fold.without}' if self.fold else f'all {config.held_out}s'
        return f'{own}, no transfer' if self.arm == 'twin' and config.transfer else own


def arms_of(config: TrainConfig) -> list[Arm]:
    """By what networks learn; the first one's come out."""
    return ['transfer', 'twin'] if config.transfer else ['twin']


def apart_of(dataset: Dataset) -> list[Fold]:
    """What the data set calls apart, where there is something else to learn from."""
    folds = []
    for name, sources in dataset.apart.items():
        fold = Fold(name, (Part(name, 0, 'source', sources),))
        if 0 < len(dataset.where(fold.has).trials) < len(dataset.trials):
            folds.append(fold)
    return folds


def pieces_of(config: TrainConfig, dataset: Dataset) -> list[Piece]:
    """All networks of a training, if what a source teaches is worth it.

    Raises:
        ConfigError: there are fewer subjects or sources than folds.
    """
    folds = folds_of(dataset, config.held_out, config.folds, config.seed)
    arms = arms_of(config)
    pieces = [Piece(arm, i, fold) for i, fold in enumerate(folds) for arm in arms]
    apart = enumerate(apart_of(dataset), start=len(folds) + 1)
    pieces += [Piece(arms[0], i, fold) for i, fold in apart]
    return [*pieces, Piece(arms[0], len(folds), None)]


def fit_piece(
    config: TrainConfig,
    dataset: Dataset,
    streams: Dataset,
    card: Card,
    piece: Piece,
    work_dir: Path,
    watch: Watch = lambda history: None,
) -> tuple[Fitted, list[HeldOutStream]]:
    """Train one of the networks, or go on with it.

    Args:
        config: the recipe.
        dataset: all recordings.
        streams: the same as the sensor's samples.
        card: gives labels and modality.
        piece: which.
        work_dir: keeps its state.
        watch: called after each step.

    Returns:
        The network, and the streams that it does not learn from.

    Raises:
        DcatError: as `training.train.train`.
    """
    fold, sensor, shelf = piece.fold, sensor_of(card), Shelf(work_dir)
    held_out = [
        make_stream(part.name, streams.where(part.has), config.seed, part.number, sensor, shelf)
        for part in (fold.parts if fold else ())
    ]
    method = card.training.method if piece.arm == 'transfer' else NONE
    fitted = fit_network(
        config,
        dataset.where(lambda trial: fold is None or not fold.has(trial)),
        card,
        (config.seed, piece.number),
        work_dir / f'{method}_{piece.number}.safetensors',
        held_out,
        watch,
        transfer=piece.arm == 'transfer',
    )
    return fitted, held_out
