"""What a change of a recipe is worth: the same folds with and without it.

    python -m benchmarks.variants --config config/train/imu_watch.yaml --work runs/variants \
        --vary 'lengths_s: [1.0, 2.0, 3.0]' --folds 0,1

Every fold is trained by the recipe as it is, and by each variant; figures are those of the held-out
streams, joined synthetically, and of their whole trials. States in --work serve the next call.
"""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import yaml

from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.training.asked import ask
from dcat_ros.training.config import TrainConfig, checked, read_fields
from dcat_ros.training.folds import folds_of
from dcat_ros.training.holdout import make_stream, measure
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly
from dcat_ros.training.teacher import signals_of

FIGURES = ('window macro-F1', 'trial accuracy')


def with_changes(path: Path, changes: str) -> TrainConfig:
    """The recipe; sections among the changes change their fields alone."""
    fields = {'transfer': None, **read_fields(path)}
    for name, value in (yaml.safe_load(changes) or {}).items():
        old = fields.get(name)
        fields[name] = {**old, **value} if isinstance(old, dict) else value
    return checked(path, fields, TrainConfig)


def scores(
    config: TrainConfig, dataset: Dataset, chosen: Sequence[int], work: Path
) -> list[tuple[float, float]]:
    """The figures of each fold."""
    card = make_card(config, dataset, command='', git_commit='')
    sensor = sensor_of(card)
    rows = as_sensor(dataset, sensor, card.input.rate_hz)
    folds = folds_of(rows, config.held_out, config.folds, config.seed)
    state = work / hashlib.sha256(config.model_dump_json().encode()).hexdigest()[:12]
    found = []
    for i in chosen or range(len(folds)):
        known = dataset.where(lambda trial, fold=folds[i]: not fold.has(trial))
        net = fit_network(config, known, card, (config.seed, i), state / f'{i}.safetensors', []).net
        streams = [
            make_stream(part.name, rows.where(part.has), config.seed, part.number, sensor)
            for part in folds[i].parts
        ]
        f1 = np.mean([measure(net, card, stream).macro_f1(card.labels) for stream in streams])
        held_out = dataset.where(folds[i].has)
        said = ask(net, card, held_out)
        right = np.mean([said.get(trial.name) == trial.label for trial in held_out.trials])
        found.append((float(f1), float(right)))
        print(f'  without {folds[i].without}: {f1:.3f}, {right:.3f}', flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--config', type=Path, required=True)
    parser.add_argument('--data', type=Path)
    parser.add_argument('--work', type=Path, default=Path('runs/variants'))
    parser.add_argument('--vary', action='append', default=[], help='YAML of the changed fields')
    parser.add_argument('--folds', help='numbers of folds, from 0; all without it')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    compute_reproducibly()
    chosen = [int(number) for number in (arguments.folds or '').split(',') if number]
    rows = {}
    for changes in ('', *arguments.vary):
        config = with_changes(arguments.config, changes)
        dataset = load(config.dataset, arguments.data, config.subjects, signals_of(config))
        print(changes or 'as it is', flush=True)
        rows[changes or 'as it is'] = np.array(scores(config, dataset, chosen, arguments.work))
    print('\n| variant | ' + ' | '.join(FIGURES) + ' | gains by fold, points |')
    print('|---|---|---|---|')
    for name, values in rows.items():
        gains = 100 * (values - rows['as it is'])
        by_fold = ', '.join(f'{a:+.1f} / {b:+.1f}' for a, b in gains) if gains.any() else ''
        means = ' | '.join(f'{mean:.3f}' for mean in values.mean(axis=0))
        print(f'| {name} | {means} | {by_fold} |')


if __name__ == '__main__':
    main()
