"""What foreign kinds of the tagger do at the threshold, sketched in a few minutes.

    python -m benchmarks.foreign_kinds --out results/foreign_kinds.json

In place of the network stands a logistic regression on the mean of the tagger's tokens, learned
from one or two windows of 3 s a clip. All else is what `dcat train` does with `foreign_kinds`
true: streams of held-out sources, the calibration fitted on other streams than it is judged on;
with the tagger's kinds and without them, the same `unknown_at`. Five disjoint sets of four classes
are left out of what is learned, as in `benchmarks.unknown_sounds`; counted are the shares of
windows that become `unknown`. Needs 'dcat models get tagger'.

- third: two thirds of the sources are learned from, the last one is four streams.
- folds: the five folds of `audio_kitchen20_ear`; a calibration sees four fifths of all sources, as
  a shipped one does. With nothing left out it is scored as the card is. A regression knows nothing
  of pauses: its false alarms are to be compared with each other alone.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from benchmarks.unknown import without_classes
from benchmarks.unknown_sounds import CLASSES, CONFIG, SETS, windows_of
from dcat_ros.card.card import Card
from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.files import write_whole
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.streaming.decision import OK
from dcat_ros.training.config import TrainConfig, read_config
from dcat_ros.training.folds import folds_of
from dcat_ros.training.foreign import Naming
from dcat_ros.training.holdout import (
    HeldOut,
    HeldOutStream,
    calibrated,
    calibration_of,
    make_stream,
    measure,
)
from dcat_ros.training.record import make_card
from dcat_ros.training.scored import score_streams

Array = NDArray[np.float32]
PARTS = 4
_C = 0.003


def judged(
    fitted_on: list[HeldOut],
    one: HeldOut,
    labels: tuple[str, ...],
    left_out: Sequence[str],
    at: float,
) -> dict[str, float]:
    """Shares of the windows of one stream that become unknown."""

    class Labels:  # all of a card that is asked for
        pass

    card = Labels()
    card.labels = labels
    calibration = calibration_of(fitted_on, card, at, '')
    said = calibrated(one.predictions, labels, calibration, one.kinds)
    truth = np.array(one.truth)
    unknown = np.array([p.state != OK for p in said])
    best = np.array([labels[int(np.argmax(p.probabilities))] for p in said])
    groups = {
        'left out': np.isin(truth, left_out),
        'right': best == truth,
        'wrong': np.isin(truth, labels) & (best != truth),
        'pause': truth == 'rest',
    }
    return {
        name: round(float(unknown[rows].mean()), 4) for name, rows in groups.items() if rows.any()
    }


def crossed(
    heard: list[HeldOut], labels: tuple[str, ...], left_out: Sequence[str], at: float
) -> dict[str, float]:
    """The means over the streams, each judged by the others' calibration."""
    shares = [
        judged([h for h in heard if h is not one], one, labels, left_out, at) for one in heard
    ]
    return {key: round(float(np.mean([s[key] for s in shares])), 4) for key in shares[0]}


class Remembered:
    """The tagger, asked once of each window: its mean token and its kinds."""

    def __init__(self, card: Card):
        self._ask = sensor_of(card).encoder.load_naming()
        self._held: dict[bytes, tuple[Array, Array]] = {}

    def __call__(self, windows: Array) -> tuple[Array, Array]:
        keys = [sha256(window.tobytes()).digest() for window in windows]
        if new := [i for i, key in enumerate(keys) if key not in self._held]:
            tokens, kinds = self._ask(windows[new])
            for i, token, kind in zip(new, tokens.mean(axis=1), kinds, strict=True):
                self._held[keys[i]] = token[None], kind
        found = [self._held[key] for key in keys]
        return np.stack([token for token, _ in found]), np.stack([kind for _, kind in found])


class Line(nn.Module):
    """A logistic regression with the face of a network."""

    def __init__(self, x: Array, y: NDArray[np.int64]):
        super().__init__()
        self.mean, self.scale = x.mean(axis=0), x.std(axis=0) + 1e-6
        found = LogisticRegression(C=_C, max_iter=300).fit((x - self.mean) / self.scale, y)
        self.weight = torch.from_numpy(found.coef_.astype(np.float32))
        self.bias = torch.from_numpy(found.intercept_.astype(np.float32))

    def forward(self, encoded: Tensor) -> Tensor:
        x = (encoded[:, 0] - torch.from_numpy(self.mean)) / torch.from_numpy(self.scale)
        return (x @ self.weight.T + self.bias).log_softmax(dim=1)


def line_of(card: Card, train: Dataset, ask: Remembered) -> Line:
    x, y = [], []
    for trial in train.trials:
        windows = windows_of(card, trial)
        tokens, _ = ask(windows[[0, -1]] if len(windows) > 1 else windows)
        x.append(tokens[:, 0])
        y += [card.labels.index(trial.label)] * len(tokens)
    return Line(np.concatenate(x), np.array(y))


def heard(net: Line, card: Card, stream: HeldOutStream, ask: Remembered) -> HeldOut:
    naming = Naming(ask)
    return replace(measure(net, card, stream, naming), kinds=naming.kinds)


def both(
    streams: list[HeldOut], card: Card, left_out: Sequence[str], at: float
) -> dict[str, object]:
    found: dict[str, object] = {'left_out': list(left_out)}
    for name in ('without', 'with'):
        some = streams if name == 'with' else [replace(one, kinds=None) for one in streams]
        found[name] = crossed(some, card.labels, left_out, at)
        if not left_out:
            found[name] |= scores(some, card, at)
    print(json.dumps(found), flush=True)
    return found


def scores(streams: list[HeldOut], card: Card, at: float) -> dict[str, float]:
    scored = score_streams(streams, card, at, '')
    true, predicted, matched, alarms = (
        sum(getattr(s.events, key) for s in scored)
        for key in ('n_true', 'n_predicted', 'n_matched', 'false_alarms')
    )
    return {
        'event_f1': round(2 * matched / (true + predicted), 4),
        'false_alarms_per_hour': round(alarms / sum(s.hours for s in scored), 2),
    }


def sets_of(data: Dataset) -> tuple[list[str], list[list[str]]]:
    """The tested third of the sources and the sets of classes of `benchmarks.unknown_sounds`."""
    rng = np.random.default_rng(0)
    sources = sorted({trial.source for trial in data.trials})
    order = rng.permutation(len(sources))
    classes = rng.permutation(len(data.info.labels))
    sets = [sorted(classes[CLASSES * i : CLASSES * (i + 1)]) for i in range(SETS)]
    tested = [sources[i] for i in order[: len(sources) // 3]]
    return tested, [[data.info.labels[j] for j in one] for one in sets]


def by_third(data: Dataset, config: TrainConfig, ask: Remembered, out: list[str]):
    tested, _ = sets_of(data)
    known = without_classes(data, out)
    train = Dataset(known.info, tuple(t for t in known.trials if t.source not in tested))
    card = make_card(config, train, command='', git_commit='')
    net, streams = line_of(card, train, ask), []
    for part in range(PARTS):
        own = data.where(lambda trial, part=part: trial.source in tested[part::PARTS])
        stream = make_stream(f'{part}', own, config.seed, part, sensor_of(card))
        streams.append(heard(net, card, stream, ask))
    return both(streams, card, out, config.unknown_at)


def by_folds(data: Dataset, config: TrainConfig, ask: Remembered, out: list[str]):
    known = without_classes(data, out) if out else data
    card = make_card(config, known, command='', git_commit='')
    streams = []
    for fold in folds_of(data, config.held_out, config.folds, config.seed):
        net = line_of(card, known.where(lambda trial, fold=fold: not fold.has(trial)), ask)
        (part,) = fold.parts
        own = data.where(part.has)
        stream = make_stream(part.name, own, config.seed, part.number, sensor_of(card))
        streams.append(heard(net, card, stream, ask))
    return both(streams, card, out, config.unknown_at)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path)
    parser.add_argument('--out', type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    config, raw = read_config(CONFIG), load('kitchen20', arguments.data)
    card = make_card(config, raw, command='', git_commit='')
    data, ask = as_sensor(raw, sensor_of(card), 100.0), Remembered(card)
    _, sets = sets_of(data)
    results = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    for name, run, todo in (('third', by_third, sets), ('folds', by_folds, [[], *sets])):
        there = results.setdefault(name, [])
        for out in todo[len(there) :]:
            there.append(run(data, config, ask, out))
            write_whole(arguments.out, json.dumps(results, indent=1).encode())


if __name__ == '__main__':
    main()
