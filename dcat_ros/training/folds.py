"""Which recordings are held out together: folds of people, or of the recordings that were cut."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from dcat_ros.datasets.trial import Dataset, Grouping, Trial
from dcat_ros.errors import ConfigError

__all__ = ['Fold', 'Part', 'folds_of']

_FOLDS_OF_SOURCES = 5


@dataclass(frozen=True)
class Part:
    """Recordings of a fold that are joined to one stream.

    Attributes:
        name: of the person, or of the fold.
        number: of the stream.
        by: what the members are.
        members: subjects or sources.
    """

    name: str
    number: int
    by: Grouping
    members: frozenset[str]

    def has(self, trial: Trial) -> bool:
        """Whether a trial is one of these recordings."""
        return getattr(trial, self.by) in self.members


@dataclass(frozen=True)
class Fold:
    """Recordings that one network does not learn from.

    Attributes:
        without: what is held out, for people.
        parts: its streams.
    """

    without: str
    parts: tuple[Part, ...]

    def has(self, trial: Trial) -> bool:
        """Whether a trial is one of these recordings."""
        return any(part.has(trial) for part in self.parts)


def folds_of(dataset: Dataset, by: Grouping, n: int | None, seed: int) -> list[Fold]:
    """Every subject, or source, in one fold.

    Args:
        dataset: all recordings.
        by: what is never on both sides of a split. People are split as they come, and each one's
            recordings are a stream; sources so that labels are spread evenly, and those of a fold
            are a stream.
        n: number of folds; None for as many as there are subjects, or five of sources.
        seed: of the split of sources.

    Raises:
        ConfigError: there are fewer subjects or sources than folds, or there is one alone.
    """
    if by == 'source':
        groups = _sources(dataset, n, seed)
        names = [f'fold {i + 1} of {len(groups)}' for i in range(len(groups))]
        return [
            Fold(name, (Part(name, i, by, frozenset(group)),))
            for i, (name, group) in enumerate(zip(names, groups, strict=True))
        ]
    subjects = dataset.subjects
    return [
        Fold(
            ', '.join(group),
            tuple(Part(s, subjects.index(s), by, frozenset([s])) for s in group),
        )
        for group in _people(subjects, n)
    ]


def _people(subjects: Sequence[str], n: int | None) -> list[list[str]]:
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


def _sources(dataset: Dataset, n: int | None, seed: int) -> list[list[str]]:
    labels = np.array([trial.label for trial in dataset.trials])
    sources = np.array([trial.source for trial in dataset.trials])
    there = len(set(sources))
    n = min(_FOLDS_OF_SOURCES, there) if n is None else n
    if there < max(n, 2):
        raise ConfigError(
            f'folds: {max(n, 2)} folds need as many sources (recordings); there are {there}: '
            + (f'write "folds: {there}".' if there > 1 else 'record more.')
        )
    split = StratifiedGroupKFold(n, shuffle=True, random_state=seed)
    return [sorted(set(sources[out])) for _, out in split.split(labels, labels, sources)]
