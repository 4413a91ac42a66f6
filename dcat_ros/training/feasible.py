"""Whether a recipe can be carried out on some recordings: said before hours of training."""

import difflib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from dcat_ros.card.card import Card
from dcat_ros.datasets.trial import Dataset, Trial, first_names
from dcat_ros.errors import ConfigError, DatasetError
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.folds import Fold

__all__ = ['check_feasible']


def check_feasible(
    config: TrainConfig, dataset: Dataset, streams: Dataset, card: Card, folds: Sequence[Fold]
) -> None:
    """Look at rate, window, and at what is left to learn each label from in each fold.

    Args:
        config: the recipe.
        dataset: the recordings.
        streams: the same, as the modality's signal.
        card: of the model.
        folds: what is held out together.

    Raises:
        ConfigError: samples do not come at the recipe's rate, or no recording lasts a window.
        DatasetError: a label is done by subjects alone that are held out together.
    """
    # pictures are chosen to fit any rate; other samples stay as they were recorded
    sensor = sensor_of(card)
    own_hz = sensor.rate_hz or dataset.info.rate_hz
    if not sensor.any_rate and config.rate_hz not in (None, own_hz):
        raise ConfigError(
            f'rate_hz: {config.modality} of {dataset.info.name} has {own_hz:g} Hz, '
            f'not {config.rate_hz:g}; leave rate_hz out.'
        )
    longest_s = max(trial.signals[card.modality].duration_s for trial in streams.trials)
    if longest_s + 1 / card.input.rate_hz < config.window_s:
        raise ConfigError(
            f'window_s: no recording lasts {config.window_s:g} s, the longest has '
            f'{longest_s:.1f} s. Take less than most activities last.'
        )
    labelled = [trial for trial in dataset.trials if _is_labelled(config, trial)]
    by = config.held_out
    who_does: dict[str, set[str]] = defaultdict(set)
    for trial in labelled:
        who_does[trial.label].add(getattr(trial, by))
    for fold in folds:
        left = [trial for trial in labelled if not fold.has(trial)]
        if not left:
            continue  # of whose labels are used at all, the fold itself speaks
        there = {trial.label for trial in left}
        for label in dataset.info.labels:
            if label not in there:
                raise DatasetError(_nobody_left(label, by, who_does, dataset))


def _is_labelled(config: TrainConfig, trial: Trial) -> bool:
    return config.transfer is None or config.transfer.is_labelled(trial)


def _nobody_left(label: str, by: str, who_does: Mapping[str, set[str]], dataset: Dataset) -> str:
    doers = sorted(who_does[label])
    if not doers:
        return f'No recording of {label} has a label that may be used, so it cannot be learned.'
    others = {other.casefold(): other for other in who_does if other != label}
    near = difflib.get_close_matches(label.casefold(), others, n=1, cutoff=0.8)
    hint = f' Is {others[near[0]]!r} meant?' if near else ''
    who = f'{by} {doers[0]}' if len(doers) == 1 else f'{by}s {first_names(doers)}'
    left = 'nobody' if by == 'subject' else 'nothing'
    return (
        f'In {dataset.info.name} only {who} did {label!r}: with them held out, {left} is left to '
        f'learn it from. Record it with others, or take it out of the recordings.{hint}'
    )
