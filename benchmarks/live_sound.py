"""Sound and motion teach each other on streams, with one labelled take: klangio.

    python -m benchmarks.live_sound --data DIR --out results/live_sound.json

For each of five seeds two takes are held out, one of the others has labels, and the rest teach
without them. The source is trained beside, on whole trials of the same labelled take. What counts
is the macro-F1 of the windows of the held-out takes' streams (joined synthetically), against the
twin that has the same labels, seed and steps and no teacher.
"""

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.files import write_whole
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.holdout import make_stream, measure
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly
from dcat_ros.training.teacher import signals_of

METHODS = ('none', 'kd', 'dcat_centred', 'kd+dcat_centred')
SEEDS = range(5)
N_HELD_OUT = 2


def recipe(target: str, source: str, steps: int) -> TrainConfig:
    return TrainConfig.model_validate(
        {
            'name': f'{source}_to_{target}',
            'description': 'Strumming.',
            'dataset': 'klangio',
            'modality': target,
            'frame': 'as recorded',
            'window_s': 0.5,
            'stride_s': 0.1,
            'lag_s': 0.25,
            'joins': 2,
            'network': {'ppv': False},
            'augment': {'rotation_rad': 0, 'warp': 0.1, 'scale': 0.15, 'noise': 0.05},
            'optimiser': {'steps': steps, 'batch_size': 32},
            'transfer': {'source': source, 'steps': steps, 'fall_back': False},
        }
    )


def macro_f1(config: TrainConfig, dataset: Dataset, seed: int, method: str, work: Path) -> float:
    takes = dataset.subjects
    turned = [takes[(i + seed) % len(takes)] for i in range(len(takes))]
    held_out, known = turned[:N_HELD_OUT], turned[N_HELD_OUT:]
    config = config.taught_by(config.transfer.source, 'kd' if method == 'none' else method)
    changes = {'labelled_subjects': tuple(known[:1])}
    if method == 'none':
        changes['unlabelled'] = 'ignore'
    config = config.model_copy(update={'transfer': config.transfer.model_copy(update=changes)})
    card = make_card(config, dataset, command='', git_commit='')
    fitted = fit_network(
        config,
        dataset.of_subjects(known),
        card,
        (seed, 0),
        work / f'{config.name}_{seed}_{method}.safetensors',
        [],
        transfer=method != 'none',
    )
    sensor = sensor_of(card)
    streams = as_sensor(dataset, sensor, card.input.rate_hz)
    scores = []
    for take in held_out:
        own = streams.of_subjects([take])
        stream = make_stream(take, own, seed, takes.index(take), sensor)
        scores.append(measure(fitted.net, card, stream).macro_f1(card.labels))
    return float(np.mean(scores))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--steps', type=int, default=300)
    args = parser.parse_args()
    torch.set_num_threads(1)
    compute_reproducibly()
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for source, target in (('motion', 'audio'), ('audio', 'motion')):
            config = recipe(target, source, args.steps)
            dataset = load('klangio', args.data, None, signals_of(config))
            dataset = replace(dataset, skipped=())
            rows = found[f'{source}>{target}'] = {method: [] for method in METHODS}
            for seed in SEEDS:
                for method in METHODS:
                    rows[method].append(macro_f1(config, dataset, seed, method, Path(folder)))
                last = {method: round(values[-1], 3) for method, values in rows.items()}
                print(source, target, seed, last, flush=True)
    write_whole(args.out, json.dumps(found, indent=1).encode())
    print('| direction | method | macro-F1, mean of five seeds | gain over none by seed |')
    print('|---|---|---|---|')
    for direction, rows in found.items():
        for method, values in rows.items():
            gains = np.array(values) - np.array(rows['none'])
            by_seed = ', '.join(f'{100 * gain:+.1f}' for gain in gains)
            print(f'| {direction} | {method} | {np.mean(values):.3f} | {by_seed} |')


if __name__ == '__main__':
    main()
