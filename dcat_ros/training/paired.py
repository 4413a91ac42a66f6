"""Recordings of several sensors of the same moments, as arrays: row i of each is trial i."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Dataset, Trial
from dcat_ros.errors import DatasetError
from dcat_ros.training.views import view_of

__all__ = ['Paired', 'make_paired', 'pair']

_LENGTHS = 0.2  # recordings of one moment may differ by this share of their duration


@dataclass(frozen=True)
class Paired:
    """Trials seen by several sensors.

    Attributes:
        names: of the trials, ascending.
        labels: of the classes.
        classes: (P,), class indices.
        subjects: (P,), names.
        sources: (P,), the recording that each was cut from: never on both sides of a split.
        repetitions: (P,), how many recordings of this activity by this subject came before.
        views: by name (P, T, C).
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    classes: NDArray[np.int64]
    subjects: NDArray[np.str_]
    sources: NDArray[np.str_]
    repetitions: NDArray[np.int64]
    views: dict[str, NDArray[np.float32]]


def make_paired(dataset: Dataset, views: Collection[str]) -> Paired:
    """Show every trial in every view.

    Raises:
        ConfigError: a view is unknown.
        DatasetError: a trial lacks a signal, or two of its signals differ in length.
    """
    trials = sorted(dataset.trials, key=lambda trial: trial.name)
    for trial in trials:
        _check_durations(trial)
    sources: dict[tuple[str, str], list[str]] = {}
    for trial in trials:
        seen = sources.setdefault((trial.subject, trial.label), [])
        if trial.source not in seen:
            seen.append(trial.source)
    return Paired(
        names=tuple(trial.name for trial in trials),
        labels=dataset.info.labels,
        classes=np.array([dataset.info.labels.index(trial.label) for trial in trials]),
        subjects=np.array([trial.subject for trial in trials]),
        sources=np.array([trial.source for trial in trials]),
        repetitions=np.array([sources[t.subject, t.label].index(t.source) for t in trials]),
        views={view: np.stack([view_of(trial, view) for trial in trials]) for view in views},
    )


def pair(target: Dataset, source: Dataset) -> Dataset:
    """Bring together what two sensors recorded of the same trials, by name and never by order.

    Args:
        target: trials with the target's signals.
        source: trials with the source's signals; those without a partner are left out.

    Returns:
        The target's trials with the signals of both.

    Raises:
        DatasetError: a trial of the target has no partner, or one of another subject, label or
            length.
    """
    partners = {trial.name: trial for trial in source.trials}
    trials = []
    for trial in target.trials:
        partner = partners.get(trial.name)
        if partner is None:
            raise DatasetError(f'{trial.name} has no partner in the recordings of the source.')
        for what in ('subject', 'label'):
            ours, theirs = getattr(trial, what), getattr(partner, what)
            if ours != theirs:
                raise DatasetError(
                    f'{trial.name} is of {what} {ours} in the recordings of the target, and of '
                    f'{what} {theirs} in those of the source.'
                )
        signals = partner.signals | trial.signals
        trials.append(Trial(trial.name, trial.label, trial.subject, trial.source, signals))
        _check_durations(trials[-1])
    return Dataset(target.info, tuple(trials), target.skipped + source.skipped)


def _check_durations(trial: Trial) -> None:
    durations = {name: signal.duration_s for name, signal in trial.signals.items()}
    short = min(durations, key=lambda name: durations[name])
    long = max(durations, key=lambda name: durations[name])
    if durations[short] < (1 - _LENGTHS) * durations[long]:
        raise DatasetError(
            f'{trial.name} lasts {durations[short]:.2f} s in {short} and {durations[long]:.2f} s '
            f'in {long}: these are not the same moments.'
        )
