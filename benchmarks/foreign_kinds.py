"""What the tagger's foreign kinds would do at the threshold of `audio_kitchen20_ear`.

    python -m benchmarks.foreign_kinds --work runs/foreign_kinds --out results/foreign_kinds.json

A kind is foreign that hardly ever occurs with what was learned. Where the likeliest one is likelier
than usual (the median of right windows), the temperature is multiplied by 1 + 0.5 times the excess
of its log odds. That is compared with doing without it, at the same `unknown_at`, each stream
judged by what was fitted on the others. What came out stands in docs/audio.md.

- folds: the five folds of `audio_kitchen20_ear`, with nothing left out, scored as the card is.
- third: five disjoint sets of four classes are left out of what is learned, as in
  `benchmarks.unknown_sounds`; two thirds of the sources are learned from, the last one is four
  streams of all classes.

Networks that `benchmarks.taught_sound` trained in the same folder are used again. Needs 'dcat
models get tagger'.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.unknown import without_classes
from benchmarks.unknown_sounds import CLASSES, CONFIG, FOREIGN, SETS, SHARE
from dcat_ros.card.card import Card
from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.files import write_whole
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.sensors.sound.ear.session import Tagger
from dcat_ros.streaming.decision import OK, calibrate
from dcat_ros.training.config import TrainConfig, read_config
from dcat_ros.training.folds import folds_of
from dcat_ros.training.holdout import (
    HeldOut,
    HeldOutStream,
    calibrated,
    calibration_of,
    make_stream,
    measure,
)
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly
from dcat_ros.training.scored import score_streams

Array = NDArray[np.float32]
PARTS = 4
SLOPE = 0.5


@dataclass(frozen=True)
class Heard:
    """What a network says of a stream, and the log odds (N, 527) of the tagger's kinds."""

    said: HeldOut
    kinds: Array


class Noting:
    """The tagger, noting its kinds of all windows that it is given."""

    def __init__(self, tagger: Tagger):
        self._tagger = tagger
        self.kinds: list[Array] = []

    def __call__(self, windows: Array) -> Array:
        self.kinds.append(self._tagger.kinds(windows))
        return self._tagger.tokens(windows)


def heard(net: ActivityNet, card: Card, stream: HeldOutStream, tagger: Tagger) -> Heard:
    noting = Noting(tagger)
    said = measure(net, card, stream, noting)
    return Heard(said, np.concatenate(noting.kinds))


def foreign_odds(kinds: Array, known: Array) -> NDArray[np.float64]:
    """Log odds (N,) of the likeliest of the kinds that are foreign to known windows (M, 527)."""
    places = np.flatnonzero(np.quantile(known, SHARE, axis=0) < np.log(FOREIGN / (1 - FOREIGN)))
    return kinds[:, places].max(axis=1).astype(np.float64)


def doubted(said: HeldOut, odds: NDArray[np.float64], usual: float) -> HeldOut:
    """The same with softened probabilities."""
    log_p = np.log(np.maximum([p.probabilities for p in said.predictions], 1e-12))
    p = calibrate(log_p / (1 + SLOPE * np.maximum(0, odds - usual))[:, None], 1.0)
    rows = zip(said.predictions, p, strict=True)
    return replace(said, predictions=[replace(one, probabilities=tuple(row)) for one, row in rows])


def by_kinds(one: Heard, others: Sequence[Heard], labels: Sequence[str]) -> list[HeldOut]:
    """One stream, and behind it the others, softened by what is foreign to the others.

    What is told of the others' own windows is told by those that are foreign to the rest of them:
    a new recording may have a kind that no other had.
    """

    def of_labels(some: Sequence[Heard]) -> Array:
        return np.concatenate([h.kinds[np.isin(h.said.truth, labels)] for h in some])

    odds = [
        foreign_odds(h.kinds, of_labels([other for other in others if other is not h]))
        for h in others
    ]
    right = [
        np.array([labels[int(np.argmax(p.probabilities))] for p in h.said.predictions])
        == h.said.truth
        for h in others
    ]
    usual = float(np.median(np.concatenate([o[r] for o, r in zip(odds, right, strict=True)])))
    own = doubted(one.said, foreign_odds(one.kinds, of_labels(others)), usual)
    return [own, *(doubted(h.said, o, usual) for h, o in zip(others, odds, strict=True))]


def shares(
    one: HeldOut, fitted_on: list[HeldOut], card: Card, left_out: Sequence[str], at: float
) -> dict[str, float]:
    """Of the windows of one stream, those that become unknown."""
    said = calibrated(one.predictions, card.labels, calibration_of(fitted_on, card, at, ''))
    truth = np.array(one.truth)
    unknown = np.array([p.state != OK for p in said])
    best = np.array([card.labels[int(np.argmax(p.probabilities))] for p in said])
    groups = {
        'left out': np.isin(truth, left_out),
        'right': best == truth,
        'wrong': np.isin(truth, card.labels) & (best != truth),
        'pause': truth == 'rest',
    }
    return {name: float(unknown[rows].mean()) for name, rows in groups.items() if rows.any()}


def both(streams: list[Heard], card: Card, left_out: list[str], at: float) -> dict[str, object]:
    """Without and with foreign kinds: means over the streams, and counts over all of them."""
    found: dict[str, object] = {'left_out': left_out}
    for name in ('without', 'with'):
        parts, counts = [], []
        for one in streams:
            others = [h for h in streams if h is not one]
            own, *rest = (
                by_kinds(one, others, card.labels)
                if name == 'with'
                else [one.said, *(h.said for h in others)]
            )
            parts.append(shares(own, rest, card, left_out, at))
            counts.append(score_streams([own, *rest], card, at, '')[0])
        true, predicted, matched, alarms = (
            sum(getattr(c.events, key) for c in counts)
            for key in ('n_true', 'n_predicted', 'n_matched', 'false_alarms')
        )
        found[name] = {k: round(float(np.mean([p[k] for p in parts])), 4) for k in parts[0]} | {
            'event_f1': round(2 * matched / (true + predicted), 4),
            'false_alarms_per_hour': round(alarms / sum(c.hours for c in counts), 2),
        }
    print(json.dumps(found), flush=True)
    return found


def sets_of(data: Dataset) -> tuple[list[str], list[list[str]]]:
    """The tested third of the sources and the sets of classes of `benchmarks.unknown_sounds`."""
    rng = np.random.default_rng(0)
    sources = sorted({trial.source for trial in data.trials})
    order = rng.permutation(len(sources))
    classes = rng.permutation(len(data.info.labels))
    sets = [sorted(classes[CLASSES * i : CLASSES * (i + 1)]) for i in range(SETS)]
    tested = [sources[i] for i in order[: len(sources) // 3]]
    return tested, [[data.info.labels[j] for j in one] for one in sets]


class Bench:
    """The recordings, the recipe, and where networks are kept."""

    def __init__(self, raw: Dataset, config: TrainConfig, work: Path):
        sensor = sensor_of(make_card(config, raw, command='', git_commit=''))
        self.data, self.config, self.work = as_sensor(raw, sensor, 100.0), config, work
        self.tagger = Tagger.ready()

    def heard_by(
        self, train: Dataset, state: str, number: int, parts: dict[int, Dataset]
    ) -> tuple[Card, list[Heard]]:
        """What a network that learned from some recordings says of streams of others."""
        card = make_card(self.config, train, command='', git_commit='')
        seed = (self.config.seed, number)
        net = fit_network(self.config, train, card, seed, self.work / state, []).net
        streams = [
            make_stream(f'{i}', own, self.config.seed, i, sensor_of(card))
            for i, own in parts.items()
        ]
        return card, [heard(net, card, stream, self.tagger) for stream in streams]

    def by_third(self, left_out: list[str]) -> dict[str, object]:
        tested, sets = sets_of(self.data)
        known = without_classes(self.data, left_out)
        train = Dataset(known.info, tuple(t for t in known.trials if t.source not in tested))
        parts = {
            i: self.data.where(lambda trial, i=i: trial.source in tested[i::PARTS])
            for i in range(PARTS)
        }
        state = f'third_{sets.index(left_out)}.safetensors'
        card, streams = self.heard_by(train, state, 0, parts)
        return both(streams, card, left_out, self.config.unknown_at)

    def by_folds(self, left_out: list[str]) -> dict[str, object]:
        streams: list[Heard] = []
        folds = folds_of(self.data, self.config.held_out, self.config.folds, self.config.seed)
        for i, fold in enumerate(folds):
            train = self.data.where(lambda trial, fold=fold: not fold.has(trial))
            parts = {part.number: self.data.where(part.has) for part in fold.parts}
            card, some = self.heard_by(train, f'none_{i}.safetensors', i, parts)
            streams += some
        return both(streams, card, left_out, self.config.unknown_at)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path)
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    arguments = parser.parse_args()
    compute_reproducibly()
    torch.set_num_threads(1)
    arguments.work.mkdir(parents=True, exist_ok=True)
    raw = load('kitchen20', arguments.data)
    bench = Bench(raw, read_config(CONFIG), arguments.work)
    results = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    todo = (('folds', bench.by_folds, [[]]), ('third', bench.by_third, sets_of(raw)[1]))
    for name, run, sets in todo:
        there = results.setdefault(name, [])
        for left_out in sets[len(there) :]:
            there.append(run(left_out))
            write_whole(arguments.out, json.dumps(results, indent=1).encode())


if __name__ == '__main__':
    main()
