"""What `dcat train` does once recipe and recordings are there."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from dcat_ros.cli.train_files import commit, say_fallen_back, with_memory, write_weights

if TYPE_CHECKING:
    from dcat_ros.datasets.trial import Dataset
    from dcat_ros.training.config import TrainConfig

__all__ = ['learn', 'learn_by_labels']

Learned = TypeVar('Learned')


def learn(
    by: Callable[..., Learned], recipe: 'TrainConfig', dataset: 'Dataset', work: Path, made_by: str
) -> Learned:
    """Train, and show how far it is.

    Args:
        by: `training.train.train`, or what takes the same arguments.
        recipe: how.
        dataset: the recordings.
        work: folder of the state.
        made_by: the command, for the card.
    """
    from dcat_ros.cli.progress import training_progress

    with training_progress(recipe.optimiser.steps) as progress:
        return by(recipe, dataset, work, command=made_by, git_commit=commit(), progress=progress)


def learn_by_labels(
    recipe: 'TrainConfig', dataset: 'Dataset', out: Path, work: Path, made_by: str
) -> list[Path]:
    """Train by the labels of the recordings, and write all that comes of it.

    Args:
        recipe: how.
        dataset: the recordings.
        out: weights file.
        work: folder of the state.
        made_by: the command, for the card.

    Returns:
        What was written.

    Raises:
        DcatError: as `training.train.train` and `write_weights`.
    """
    from dcat_ros.files import write_whole
    from dcat_ros.training.train import train

    training = learn(train, recipe, dataset, work, made_by)
    remember = with_memory(recipe, dataset, training.card)
    written = write_weights(out, work, training.net, training.card, training.histories, remember)
    write_whole(work / 'results.json', training.measured.model_dump_json(indent=1).encode())
    say_fallen_back(recipe, training.card)
    return [*written, work / 'results.json']
