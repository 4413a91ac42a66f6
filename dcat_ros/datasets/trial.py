"""What every data set gives: labelled trials, and a list of what could not be used."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from dcat_ros.errors import DatasetError
from dcat_ros.signals import Signal

__all__ = [
    'Dataset',
    'DatasetInfo',
    'Grouping',
    'Signal',
    'Skipped',
    'Trial',
    'chosen_modalities',
    'first_names',
]

#: What recordings of are alike, so that they are never on both sides of a split: see `Trial`.
Grouping: TypeAlias = Literal['subject', 'source']
#: So many subjects an error names.
_NAMED = 10


@dataclass(frozen=True)
class Trial:
    """One person doing one thing once (or, in `watch`, for half a minute).

    Attributes:
        name: unique within its data set.
        label: the activity.
        subject: the person.
        source: the recording or file that it comes from: never on both sides of a split.
        signals: what the sensors recorded, by modality ('imu', 'depth', ...).
    """

    name: str
    label: str
    subject: str
    source: str
    signals: dict[str, Signal]


@dataclass(frozen=True)
class Skipped:
    """A recording that was not used.

    Attributes:
        name: its file or name.
        why: the reason, for people.
    """

    name: str
    why: str


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set.

    Attributes:
        name: as used on the command line.
        title: its full name with authors.
        source: where it comes from.
        licence: under which terms.
        labels: the activities, in the order of the class indices.
        rate_hz: nominal rate of the inertial sensor.
        stamps: where the time stamps come from.
    """

    name: str
    title: str
    source: str
    licence: str
    labels: tuple[str, ...]
    rate_hz: float
    stamps: str


@dataclass(frozen=True)
class Dataset:
    """The usable trials of a data set, what was skipped, and what is odd about what was not.

    Attributes:
        info: what is known of it.
        trials: the usable ones.
        skipped: recordings that were not used.
        doubts: what is odd about some that were.
        apart: name -> sources that were recorded under other circumstances than all others, so
            that a network that learned from none of them may be asked of them.
    """

    info: DatasetInfo
    trials: tuple[Trial, ...]
    skipped: tuple[Skipped, ...] = field(default=())
    doubts: tuple[Skipped, ...] = field(default=())
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def subjects(self) -> tuple[str, ...]:
        """All subjects in natural order."""
        names = {trial.subject for trial in self.trials}
        return tuple(sorted(names, key=lambda name: (len(name), name)))

    def of_subjects(self, subjects: Collection[str]) -> 'Dataset':
        """The same data set with these subjects' trials only.

        Raises:
            DatasetError: a subject is not there.
        """
        unknown = sorted(set(subjects) - set(self.subjects))
        if unknown:
            raise DatasetError(
                f'subject {first_names(unknown)} is not in {self.info.name}; '
                f'it has {first_names(self.subjects)}.'
            )
        return self.where(lambda trial: trial.subject in subjects)

    def where(self, chosen: Callable[[Trial], bool]) -> 'Dataset':
        """The same data set with the chosen trials only."""
        return replace(self, trials=tuple(trial for trial in self.trials if chosen(trial)))


def first_names(names: Sequence[str]) -> str:
    """The first names, and how many there are: a data set may have hundreds of subjects."""
    more = f', … ({len(names)} in all)' if len(names) > _NAMED else ''
    return ', '.join(names[:_NAMED]) + more


def chosen_modalities(
    name: str, asked: Collection[str] | str, known: Collection[str]
) -> tuple[str, ...]:
    """Those of the `known` modalities of the data set `name` that are asked for.

    Raises:
        DatasetError: none is asked for, or one that the data set lacks.
    """
    wanted = {asked} if isinstance(asked, str) else set(asked)
    if lacking := sorted(wanted - set(known)):
        hint = ' Depth pictures are depth.' if 'image' in lacking and 'depth' in known else ''
        raise DatasetError(f'{name} has no {", ".join(lacking)}; it has {", ".join(known)}.{hint}')
    if not wanted:
        raise DatasetError(f'No modality is named; {name} has {", ".join(known)}.')
    return tuple(modality for modality in known if modality in wanted)
