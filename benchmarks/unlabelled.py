"""A sensor learns from another one without any label: UTD-MHAD, every pair of three sensors.

    python -m benchmarks.unlabelled --data DIR --work runs/unlabelled --out results/unlabelled.json

Three people have labels, and train the source. Two others were recorded by both sensors, their
trials joined to one stream each (synthetic), and no label of theirs is looked at: the source names
them, and the target learns. One more person is tested, whom neither network saw; every person
is tested once. Beside it stands the target with all labels of the same two people, and the source.
What counts is the macro-F1 of the windows of the tested person's stream, `rest` among the labels.

Run again, it goes on where it stopped.
"""

import argparse
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import torch

from dcat_ros.adapt.learn import learn, needs_of
from dcat_ros.adapt.named import Source, name_windows
from dcat_ros.adapt.pool import make_named_pool
from dcat_ros.card.card import Card
from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Trial
from dcat_ros.files import write_whole
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.shelf import Shelf
from dcat_ros.signals import Signal
from dcat_ros.training.config import TrainConfig, read_config
from dcat_ros.training.holdout import HeldOutStream, make_stream, measure
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly

RECIPES = {
    'imu': 'imu_utd_mhad',
    'depth': 'image_depth_utd_mhad',
    'camera': 'camera_utd_mhad',
}
METHODS = ('kd', 'kd+dcat_centred', 'kd+contrast', 'dcat_centred', 'contrast', 'contrast_tokens', 'kd+contrast_tokens')
#: In this order, each for every pair and person.
PHASES = (METHODS[:1], METHODS[1:3], METHODS[3:])
PEOPLE = ('1', '2', '3', '4', '5', '6')
N_SOURCE, N_UNLABELLED = 3, 2
_LOG = logging.getLogger('unlabelled')


def recipe(sensor: str, steps: int) -> TrainConfig:
    config = read_config(Path('config/train') / f'{RECIPES[sensor]}.yaml')
    return config.model_copy(
        update={
            'dataset': 'utd_mhad',
            'subjects': None,
            'transfer': None,
            'network': config.network.model_copy(update={'segment': False}),
            'optimiser': config.optimiser.model_copy(update={'steps': steps, 'batch_size': 48}),
        }
    )


def people_of(turn: int) -> tuple[list[str], list[str], list[str]]:
    """Whose labels the source knows, who has none, and who is tested."""
    turned = [PEOPLE[(i + turn) % len(PEOPLE)] for i in range(len(PEOPLE))]
    both = N_SOURCE + N_UNLABELLED
    return turned[:N_SOURCE], turned[N_SOURCE:both], turned[both:]


def paired_stream(
    trials: list[Trial], sensors: list[tuple[Sensor, float]], seed: tuple[int, ...]
) -> Trial:
    """One person's trials on one time axis, with pauses between them as each sensor has them."""
    rng = np.random.default_rng(seed)
    order = [trials[i] for i in rng.permutation(len(trials))]
    pauses = rng.uniform(*sensors[0][0].pause_s, size=len(order) + 1)
    signals = {}
    for sensor, rate_hz in sensors:
        values = [trial.signals[sensor.name].values for trial in order]
        parts, n, time_s = [], 0, 0.0
        for i, own in enumerate([*values, None]):
            time_s += pauses[i]
            gap = max(1, round(time_s * rate_hz) - n)
            before = values[max(0, i - 1)]
            after = own if own is not None else before[-5:]
            parts.append(sensor.pause(before if i else after[:5], after, gap, rng))
            n += gap
            if own is not None:
                parts.append(own)
                n += len(own)
                time_s += order[i].signals[sensors[0][0].name].duration_s + 1 / sensors[0][1]
        rows = np.concatenate(parts).astype(np.float32)
        stamps = np.round(np.arange(len(rows)) * (1e9 / rate_hz)).astype(np.int64)
        signals[sensor.name] = Signal(stamps, rows)
    return Trial(f'stream of {order[0].subject}', '', order[0].subject, order[0].subject, signals)


class Study:
    def __init__(self, data: Path, work: Path, out: Path, steps: int, seed: int):
        self.work, self.out, self.steps, self.seed = work, out, steps, seed
        self.found = json.loads(out.read_text()) if out.exists() else {}
        self.dataset = load('utd_mhad', data, PEOPLE, ['imu', 'depth', 'pose'])
        self.configs = {name: recipe(name, steps) for name in RECIPES}
        self.cards: dict[str, Card] = {}
        self.samples: dict[str, Dataset] = {}
        for name, config in self.configs.items():
            card = make_card(config, self.dataset, command='', git_commit='')
            self.cards[name] = card
            self.samples[name] = as_sensor(self.dataset, sensor_of(card), card.input.rate_hz)

    def sensor(self, name: str) -> Sensor:
        return sensor_of(self.cards[name])

    def tested(self, name: str, turn: int) -> list[HeldOutStream]:
        sensor = self.sensor(name)
        return [
            make_stream(p, self.samples[name].of_subjects([p]), self.seed, int(p), sensor)
            for p in people_of(turn)[2]
        ]

    def note(self, key: str, name: str, net: ActivityNet, turn: int, begin: float) -> None:
        labels = self.cards[name].labels
        row: dict[str, float] = {'seconds': round(time.monotonic() - begin, 1)}
        streams = self.tested(name, turn)
        card = self.cards[name]
        row['macro_f1'] = float(np.mean([measure(net, card, s).macro_f1(labels) for s in streams]))
        if net.spec.ppv:
            whole, net.spec = net.spec, net.spec.model_copy(update={'ppv': False})
            scores = [measure(net, card, s).macro_f1(labels) for s in streams]
            row['attention_alone'] = float(np.mean(scores))
            net.spec = whole
        self.found[key] = {k: round(v, 4) for k, v in row.items()}
        write_whole(self.out, json.dumps(self.found, indent=1, sort_keys=True).encode())
        _LOG.info('%s %s', key, self.found[key])

    def labelled(self, name: str, who: str, turn: int) -> ActivityNet:
        """The network of these people's labels; kept, so that it is found when it goes on."""
        people = people_of(turn)[0 if who == 'source' else 1]
        begin = time.monotonic()
        key = f'turn {turn}: {name} with labels of {who}'
        net = fit_network(
            self.configs[name],
            self.samples[name].of_subjects(people),
            self.cards[name],
            (self.seed, turn),
            self.work / f'{name}_{who}_{turn}.safetensors',
            [],
        ).net
        if key not in self.found:
            self.note(key, name, net, turn, begin)
        return net

    def pair(self, source: str, target: str, turn: int, methods: Sequence[str]) -> None:
        keys = {m: f'turn {turn}: {source} > {target}, {m}' for m in methods}
        if all(key in self.found for key in keys.values()):
            return
        teacher = Source(self.labelled(source, 'source', turn), self.cards[source])
        both = [(self.sensor(n), self.cards[n].input.rate_hz) for n in (target, source)]
        shelf = Shelf(self.work)
        streams = []
        for person in people_of(turn)[1]:
            trials = [
                replace(own, signals=own.signals | other.signals)
                for own, other in zip(
                    self.samples[target].of_subjects([person]).trials,
                    self.samples[source].of_subjects([person]).trials,
                    strict=True,
                )
            ]
            streams.append(paired_stream(trials, both, (self.seed, 9, int(person))))
        named = name_windows(teacher, streams, set().union(*map(needs_of, METHODS)), shelf)
        config = self.configs[target]
        pool = make_named_pool(streams, named, both[0][0], config.rest_share, shelf)
        for method, key in keys.items():
            if key in self.found:
                continue
            begin = time.monotonic()
            taught = config.taught_by(source, method)
            net = learn(taught, self.cards[target], pool, named, teacher, (self.seed, turn)).net
            self.note(key, target, net, turn, begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--steps', type=int, default=600)
    parser.add_argument('--turns', type=int, default=len(PEOPLE))
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format='%(asctime)s %(message)s')
    torch.set_num_threads(1)
    compute_reproducibly()
    study = Study(args.data, args.work, args.out, args.steps, 0)
    for turn, methods in [(t, m) for m in PHASES for t in range(args.turns)]:
        for name in RECIPES:
            for who in ('source', 'the unlabelled'):
                if f'turn {turn}: {name} with labels of {who}' not in study.found:
                    study.labelled(name, who, turn)
        for source, target in permutations(RECIPES, 2):
            study.pair(source, target, turn, methods)


if __name__ == '__main__':
    main()
