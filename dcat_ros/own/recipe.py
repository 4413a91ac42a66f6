"""A recipe for recordings of one's own, where nobody wrote one: from what the recordings have."""

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import ConfigError, DatasetError
from dcat_ros.sensors.registry import find_sensor, heard
from dcat_ros.share import share_dir
from dcat_ros.texts import parse_yaml, read_text
from dcat_ros.training.config import TrainConfig, TransferConfig, checked

__all__ = ['called', 'holds_out_people', 'learnable', 'recipe_for']

_MOST_FOLDS = 4
_SHORTEST_WINDOW_S = 0.5
_ODD = re.compile(r'[^A-Za-z0-9_.-]+')


def called(name: str) -> str:
    """A sensor by its name, or as options call it (`image` is depth).

    Raises:
        ConfigError: there is none whose messages are known.
    """
    known = heard()
    if name in known:
        return name
    for sensor, live in known.items():
        if live.called == name:
            return sensor
    find_sensor(name)
    raise ConfigError(f'No messages of {name} are known, so that it cannot be a --target.')


def recipe_for(
    sensor: str, folder: Path, dataset: Dataset, transfer: TransferConfig | None = None
) -> TrainConfig:
    """The shipped recipe for bags of one's own, with what these recordings ask for.

    Where most stretches with a label are shorter than its window, the window is as short as they
    are; people are held out in four groups at most; where there is one person alone, bags are.

    Args:
        sensor: that learns.
        folder: of the recordings, which the model is named after.
        dataset: the recordings.
        transfer: from another sensor, if one teaches.

    Raises:
        ConfigError: the recordings cannot be divided.
    """
    fields = _shipped(sensor)
    usual = checked(folder, fields | {'name': 'own', 'frame': '', 'description': ''}, TrainConfig)
    lengths_s = [
        max(signal.duration_s for signal in trial.signals.values()) for trial in dataset.trials
    ]
    shorter_s = max(_SHORTEST_WINDOW_S, np.floor(4 * float(np.median(lengths_s))) / 4)
    if shorter_s < usual.window_s and dataset.info.labels:
        fields['lag_s'] = round(usual.lag_s * shorter_s / usual.window_s, 3)
        fields['window_s'] = shorter_s
        fields.pop('lengths_s', None)
    if holds_out_people(sensor, dataset):
        fields['folds'] = min(len(dataset.subjects), _MOST_FOLDS)
    else:
        fields['held_out'] = 'source'
        n_bags = len({trial.source for trial in dataset.trials})
        fields['folds'] = max(2, min(n_bags, _MOST_FOLDS))
        if n_bags < 2 and dataset.info.labels:
            raise ConfigError(
                f'{folder} has one bag of one person with labels; one must be held out to measure '
                'and to calibrate: record a second bag, or another person.'
            )
    name = _ODD.sub('_', f'{folder.resolve().name}_{sensor}').strip('_.')
    fields |= {'name': name, 'frame': 'not said', 'description': f'What people do in {name}.'}
    if transfer is not None:
        fields['transfer'] = transfer.model_dump()
    return checked(folder, fields, TrainConfig)


def holds_out_people(sensor: str, dataset: Dataset) -> bool:
    """Whether people are held out to measure; bags are of one person, and of sounds."""
    return len(dataset.subjects) > 1 and _shipped(sensor).get('held_out') != 'source'


def _shipped(sensor: str) -> dict[str, object]:
    """The fields of the recipe that ships; of a sensor of another package the defaults."""
    if recipe := heard()[sensor].recipe:
        path = share_dir() / 'config' / 'train' / f'{recipe}.yaml'
        fields = parse_yaml(read_text(path, ConfigError))
        if not isinstance(fields, dict):
            raise ConfigError(f'{path} holds no recipe; install the package anew.')
        return fields
    own = find_sensor(sensor)
    network = {} if own.features is not None else {'network': {'ppv': False}}
    return {'dataset': 'bags', 'modality': sensor, **network}


def learnable(dataset: Dataset, by_person: bool) -> tuple[Dataset, list[str]]:
    """The recordings whose labels can be learned, and a sentence for each label that cannot.

    A label is left out that one person, or one bag, alone has: with it held out nothing is left.

    Args:
        dataset: the recordings.
        by_person: whether people are held out, and not bags.

    Raises:
        DatasetError: fewer than two labels are left.
    """
    whose: dict[str, set[str]] = defaultdict(set)
    for trial in dataset.trials:
        whose[trial.label].add(trial.subject if by_person else trial.source)
    alone = {label: next(iter(who)) for label, who in whose.items() if len(who) < 2}
    what = 'done by' if by_person else 'in'
    said = [
        f'{label} is left out: it is {what} {who} alone, and with that held out nothing is left to '
        'learn it from.'
        for label, who in sorted(alone.items())
    ]
    kept = dataset.where(lambda trial: trial.label not in alone)
    labels = tuple(label for label in dataset.info.labels if label not in alone)
    if len(labels) < 2:
        raise DatasetError(
            f'{len(labels)} labels are left of {len(whose)}, and a model needs two: every label '
            f'must be {what} two {"people" if by_person else "bags"} at least. {" ".join(said)}'
        )
    return replace(kept, info=replace(dataset.info, labels=labels)), said
