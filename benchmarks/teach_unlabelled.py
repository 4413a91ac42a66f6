"""What takes teach a model that itself learned without a label: names of a source, or labels.

    python -m benchmarks.teach_unlabelled --data DIR --out results/teach_unlabelled.json

UTD-MHAD. In each draw ten of its 27 actions are new. A camera's model (pictures rendered, by the
shipped recipe with fewer steps) learned the other 17 from three people. Two others were recorded by
camera and inertial sensor, their trials of the 17 joined to a stream each (synthetic): the inertial
model learns what the camera names there, and remembers windows under those names. One more person
teaches it the ten by k takes each, and is tested on all else that he recorded. Beside it stands the
same network with a memory of the same two people under their true labels.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from benchmarks.teach import TAKES, Found, first, on_trials, summary
from benchmarks.teach_bases import Base, NetModel, drawn, person_of
from benchmarks.unlabelled import paired_stream
from dcat_ros.adapt.learn import KD, learn, needs_of
from dcat_ros.adapt.named import Source, name_windows
from dcat_ros.adapt.pool import make_named_pool
from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.files import write_whole
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.shelf import Shelf
from dcat_ros.teach.memory import Memory
from dcat_ros.teach.remember import remember, remember_named
from dcat_ros.training.config import TrainConfig, read_config
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly

SOURCE, TARGET = 'camera_utd_mhad', 'imu_utd_mhad'
N_SOURCE, N_UNLABELLED = 3, 2
#: The source is not calibrated here; in use the threshold of its `unknown` stands in its card.
SURE_FROM = 0.5


def recipe(name: str, steps: int) -> TrainConfig:
    config = read_config(Path('config/train') / f'{name}.yaml').taught_by(None, 'none')
    return config.model_copy(
        update={
            'subjects': None,
            'network': config.network.model_copy(update={'segment': False}),
            'optimiser': config.optimiser.model_copy(update={'steps': steps}),
        }
    )


def run(dataset: Dataset, steps: int, draw: int) -> dict[str, dict[int, Found]]:
    """Of one draw: memory -> takes -> figures."""
    new, _ = drawn(dataset, draw)
    people = [str(person) for person in np.random.default_rng(draw).permutation(dataset.subjects)]
    known, unlabelled = people[:N_SOURCE], people[N_SOURCE : N_SOURCE + N_UNLABELLED]
    (tested,) = people[N_SOURCE + N_UNLABELLED :]
    old = tuple(label for label in dataset.info.labels if label not in new)
    seen = replace(
        dataset.where(lambda trial: trial.label in old), info=replace(dataset.info, labels=old)
    )
    configs = [recipe(name, steps) for name in (SOURCE, TARGET)]
    cards = [make_card(config, seen, command='', git_commit='') for config in configs]
    samples = [as_sensor(seen, sensor_of(card), card.input.rate_hz) for card in cards]
    with TemporaryDirectory() as folder:
        net = fit_network(
            configs[0],
            samples[0].of_subjects(known),
            cards[0],
            (draw, 0),
            Path(folder) / 'net',
            [],
        ).net
        source, shelf = Source(net, cards[0]), Shelf(Path(folder))
        both = [(sensor_of(card), card.input.rate_hz) for card in reversed(cards)]
        streams = []
        for person in unlabelled:
            pairs = zip(*(own.of_subjects([person]).trials for own in samples), strict=True)
            trials = [replace(ours, signals=ours.signals | its.signals) for its, ours in pairs]
            streams.append(paired_stream(trials, both, (draw, 9, int(person))))
        named = name_windows(source, streams, needs_of(KD), shelf)
        pool = make_named_pool(streams, named, both[0][0], configs[1].rest_share, shelf)
        taught = configs[1].taught_by('camera', KD)
        fitted = learn(taught, cards[1], pool, named, source, (draw, 1))
        model: Any = NetModel(fitted.net, cards[1])
        memories = {
            'names of the source': remember_named(model, configs[1], pool, SURE_FROM),
            'true labels': remember(model, configs[1], samples[1].of_subjects(unlabelled)),
        }
    person = person_of(model, dataset, tested, new, draw)
    truth = {trial.name: trial.label for trial in dataset.trials}
    return {name: _taught(model, person, memory, new, truth) for name, memory in memories.items()}


def _taught(
    model: Any, person: Any, memory: Memory, new: tuple[str, ...], truth: dict[str, str]
) -> dict[int, Found]:
    base = Base(model.card, model.card.labels, new, memory, {'': person}, {})
    found = {k: Found(defaultdict(list)) for k in TAKES}
    for k in TAKES:
        on_trials(found[k], base, person, first(person, k), k, truth)
    return found


def table(told: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        '| remembered under | takes | new labels, macro-F1 | old labels before → after |',
        '|---|---|---|---|',
    ]
    for name, by_takes in told['memories'].items():
        for k, figures in by_takes.items():
            mean = {key: value['mean'] for key, value in figures.items()}
            lines.append(
                f'| {name} | {k} | {mean["new_f1"]:.3f} ({figures["new_f1"]["least"]:.2f}) '
                f'| {mean["old_f1_before"]:.3f} → {mean["old_f1_after"]:.3f} |'
            )
    return '\n'.join(lines)


def together_of(rows: Sequence[dict[str, dict[int, Found]]]) -> dict[str, Any]:
    """Means over the draws."""
    told: dict[str, Any] = {}
    for name in rows[0]:
        told[name] = {}
        for k in TAKES:
            whole = Found(defaultdict(list))
            for row in rows:
                for key, values in row[name][k].values.items():
                    whole.values[key] += values
            told[name][str(k)] = summary(whole)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path)
    parser.add_argument('--out', type=Path, default=Path('results/teach_unlabelled.json'))
    parser.add_argument('--steps', type=int, default=600)
    parser.add_argument('--draws', type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    compute_reproducibly()
    dataset = load('utd_mhad', arguments.data, modalities={'imu', 'pose'})
    rows = []
    for draw in range(arguments.draws):
        rows.append(run(dataset, arguments.steps, draw))
        told = {'draws': len(rows), 'steps': arguments.steps, 'memories': together_of(rows)}
        write_whole(arguments.out, json.dumps(told, indent=1).encode() + b'\n')
        print(table(told), flush=True)


if __name__ == '__main__':
    main()
