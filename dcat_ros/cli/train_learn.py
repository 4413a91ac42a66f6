"""What `dcat train` does once recipe and recordings are there."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from dcat_ros.cli.train_files import commit, say_fallen_back, with_memory, write_weights

if TYPE_CHECKING:
    from dcat_ros.datasets.trial import Dataset
    from dcat_ros.training.config import TrainConfig

__all__ = ['Workers', 'learn', 'learn_by_labels']

Learned = TypeVar('Learned')
#: A training that one process ends sooner than others are there.
_SHORT_S = 30.0


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


class Workers(NamedTuple):
    """Who trains.

    Attributes:
        local: number of processes; None for as many as cores.
        ray_address: a Ray cluster that works instead.
    """

    local: int | None = None
    ray_address: str | None = None

    def are_worth_it(self, recipe: 'TrainConfig', dataset: 'Dataset') -> bool:
        """Whether others than this process train: to start them takes longer than a short one."""
        if self.ray_address is not None or self.local is not None:
            return self.ray_address is not None or self.local != 1
        from dcat_ros.own.duration import seconds_a_step
        from dcat_ros.training.piece import pieces_of
        from dcat_ros.training.record import make_card

        if (os.cpu_count() or 1) == 1:
            return False
        seen = dataset if recipe.subjects is None else dataset.of_subjects(recipe.subjects)
        card = make_card(recipe, seen, command='', git_commit='')
        steps = recipe.optimiser.steps * len(pieces_of(recipe, seen))
        return steps * seconds_a_step(recipe, card) > _SHORT_S


def learn_by_labels(
    recipe: 'TrainConfig',
    dataset: 'Dataset',
    out: Path,
    work: Path,
    made_by: str,
    workers: Workers,
) -> list[Path]:
    """Train by the labels of the recordings, and write all that comes of it.

    Args:
        recipe: how.
        dataset: the recordings.
        out: weights file.
        work: folder of the state.
        made_by: the command, for the card.
        workers: who trains the networks.

    Returns:
        What was written.

    Raises:
        DcatError: as `training.train.train` and `write_weights`.
    """
    from dcat_ros.cli.progress import stage_progress
    from dcat_ros.files import write_whole
    from dcat_ros.training.at_once import fit_at_once
    from dcat_ros.training.train import train

    if workers.are_worth_it(recipe, dataset):
        with stage_progress(recipe.name) as show:
            fit_at_once(
                recipe,
                dataset,
                work,
                workers=workers.local,
                ray_address=workers.ray_address,
                progress=lambda done, total: show('networks', done, total),
            )
    training = learn(train, recipe, dataset, work, made_by)
    remember = with_memory(recipe, dataset, training.card)
    written = write_weights(out, work, training.net, training.card, training.histories, remember)
    write_whole(work / 'results.json', training.measured.model_dump_json(indent=1).encode())
    say_fallen_back(recipe, training.card)
    return [*written, work / 'results.json']
