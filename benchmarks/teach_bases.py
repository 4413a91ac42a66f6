"""The bases of `benchmarks.teach`: networks that saw neither the taught actions nor the people.

Everything that does not depend on how a layer is fitted is computed once and kept: what a base
remembers, and what it makes of every take, trial and stream of the people it never saw.
"""

import pickle
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dcat_ros.card.card import Calibration, Card
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.continuous import join
from dcat_ros.datasets.trial import Dataset, Trial
from dcat_ros.model.model import Model
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.segment import SEGMENT_LENGTH, stretched
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.segment import Segment
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.teach.memory import Memory
from dcat_ros.teach.remember import remember
from dcat_ros.teach.study import Studied, Take, features_of, study
from dcat_ros.training.calibrate import fit_calibration
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card

#: Actions that are taught.
N_NEW = 10
#: By which each of them is taught.
MOST_TAKES = 3


class NetModel(Model):
    """A network in torch that gives its features, as its file for onnxruntime does."""

    backend = 'torch'
    has_features = True
    weights_sha256 = ''

    def __init__(self, net: ActivityNet, card: Card):
        super().__init__(card)
        self._net = net
        self._torch = TorchModel(net, card)

    def said_of(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._torch.said_of(encoded)

    def said_with_features(
        self, windows: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        x, net = torch.from_numpy(self.encoded(windows)), self._net
        with torch.inference_mode():
            found = net.outputs(x)
            log_p, features = found.logits.log_softmax(dim=1), found.features
            if net.spec.ppv:
                fixed = net.ppv(x)
                log_p = net.weighed(log_p, net.ppv_head(fixed))
                features = torch.cat([fixed, features], dim=1)
        return log_p.numpy(), features.numpy()

    def said_of_whole(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._torch.said_of_whole(recording)


@dataclass(frozen=True)
class Shown:
    """What a base makes of something: (N, labels) and (N, F)."""

    log_p: NDArray[np.float32]
    features: NDArray[np.float32]


@dataclass(frozen=True)
class Person:
    """What a base makes of somebody whom it never saw.

    Attributes:
        takes: of each new label, the first ones in random order.
        names: of all takes in that order.
        trials: by name, the whole or its windows.
        stream: its windows: all old trials, and the takes of new labels from the fourth on.
        ends_ns: of those windows.
        segments: truth of the stream.
        hours: length of it.
    """

    takes: dict[str, list[Studied]]
    names: dict[str, list[str]]
    trials: dict[str, Shown]
    stream: Shown
    ends_ns: NDArray[np.int64]
    segments: tuple[Segment, ...]
    hours: float


@dataclass(frozen=True)
class Base:
    """A base with what it makes of the people it never saw.

    Attributes:
        card: with a calibration that the other one's stream fitted, by person.
        old: its labels.
        new: what is taught.
        memory: what it remembers.
        people: by name.
        calibrations: of each of them.
    """

    card: Card
    old: tuple[str, ...]
    new: tuple[str, ...]
    memory: Memory
    people: dict[str, Person]
    calibrations: dict[str, Calibration]


def drawn(dataset: Dataset, draw: int) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """The actions that are new in a draw, and the pairs of people who are left out."""
    rng = np.random.default_rng(draw)
    people = [str(person) for person in rng.permutation(dataset.subjects)]
    new = tuple(sorted(rng.permutation(dataset.info.labels)[:N_NEW].tolist()))
    return new, list(zip(people[::2], people[1::2], strict=True))


def bases(
    config: TrainConfig, dataset: Dataset, draws: range, work: Path, say: Any = print
) -> list[Base]:
    """Every draw of actions, each pair of people left out; kept in `work`."""
    found = []
    for draw in draws:
        new, pairs = drawn(dataset, draw)
        for pair in pairs:
            path = work / f'{config.name}_{config.optimiser.steps}_{draw}_{"_".join(pair)}.pickle'
            if path.is_file():
                found.append(pickle.loads(path.read_bytes()))  # our own, of an earlier run
                continue
            base = _base(config, dataset, new, pair, draw, work)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pickle.dumps(base))
            found.append(base)
            say(f'{config.name}, draw {draw}, without {" and ".join(pair)}')
    return found


def network_without(
    config: TrainConfig,
    dataset: Dataset,
    new: tuple[str, ...],
    pair: tuple[str, ...],
    draw: int,
    work: Path,
) -> tuple[NetModel, Memory]:
    """A network that saw neither some actions nor two people, and what it remembers."""
    old = tuple(label for label in dataset.info.labels if label not in new)
    seen = replace(
        dataset.where(lambda t: t.subject not in pair and t.label in old),
        info=replace(dataset.info, labels=old),
    )
    card = make_card(config, seen, command='', git_commit='')
    checkpoint = work / f'net_{config.name}_{draw}_{"_".join(pair)}.safetensors'
    net = fit_network(config, seen, card, (draw, 0), checkpoint, []).net
    checkpoint.unlink(missing_ok=True)
    model: Any = NetModel(net.eval(), card)
    return model, remember(model, config, seen)


def _base(
    config: TrainConfig,
    dataset: Dataset,
    new: tuple[str, ...],
    pair: tuple[str, ...],
    draw: int,
    work: Path,
) -> Base:
    model, memory = network_without(config, dataset, new, pair, draw, work)
    card = model.card
    people = {name: person_of(model, dataset, name, new, draw) for name in pair}
    calibrations = {}
    for one, other in (*pairwise(pair), *pairwise(pair[::-1])):
        calibrations[one] = _calibration(people[other], card, new, config.unknown_at)
    return Base(card, card.labels, new, memory, people, calibrations)


def person_of(model: Any, dataset: Dataset, name: str, new: tuple[str, ...], draw: int) -> Person:
    card = model.card
    sensor, rate_hz = sensor_of(card), card.input.rate_hz
    own = as_sensor(dataset.of_subjects([name]), sensor, rate_hz)
    rng = np.random.default_rng((draw, int(name)))
    names, takes = {}, {}
    for label in new:
        trials = [trial for trial in own.trials if trial.label == label]
        trials = [trials[i] for i in rng.permutation(len(trials))]
        names[label] = [trial.name for trial in trials]
        takes[label] = [
            study(model, Take(label, name, '', trial.name, trial.signals[sensor.name].values), i)
            for i, trial in enumerate(trials[:MOST_TAKES])
        ]
    taught = {take for label in new for take in names[label][:MOST_TAKES]}
    rest = [trial for trial in own.trials if trial.name not in taught]
    stream = join(rest, rng, sensor=sensor)
    recogniser = Recogniser(model)
    windows = recogniser.stream.push_many(stream.signal.stamps_ns, stream.signal.values)
    samples = np.stack([w.samples for w in windows if w.samples is not None])
    return Person(
        takes=takes,
        names=names,
        trials={trial.name: trial_shown(model, recogniser, trial) for trial in own.trials},
        stream=windows_shown(model, samples),
        ends_ns=np.array([window.end_ns for window in windows]),
        segments=stream.segments,
        hours=stream.signal.duration_s / 3600,
    )


def trial_shown(model: Any, recogniser: Recogniser, trial: Trial) -> Shown:
    """Of the whole, where the model names wholes; otherwise of its windows."""
    (signal,) = trial.signals.values()
    if model.card.network.names_whole:
        values = signal.values.astype(np.float32)
        features = features_of(model, stretched(values, SEGMENT_LENGTH)[None])
        return Shown(model.segment_log_probabilities(values)[None], features)
    recogniser.stream.reset()
    windows = recogniser.stream.push_many(signal.stamps_ns, signal.values)
    samples = [window.samples for window in windows if window.samples is not None]
    if not samples:  # shorter than a window: its end is held
        n = recogniser.stream.length
        at = np.minimum(np.arange(n), len(signal.values) - 1)
        samples = [signal.values[at].astype(np.float32)]
    return windows_shown(model, np.stack(samples))


def windows_shown(model: Any, windows: NDArray[np.float32]) -> Shown:
    parts = [model.said_with_features(w) for w in np.split(windows, range(64, len(windows), 64))]
    return Shown(np.concatenate([p for p, _ in parts]), np.concatenate([f for _, f in parts]))


def _calibration(
    person: Person, card: Card, new: tuple[str, ...], unknown_at: float
) -> Calibration:
    """What fits somebody else's stream, of old labels and pauses alone."""
    starts = np.array([segment.start_ns for segment in person.segments])
    at = person.ends_ns - round(card.input.lag_s * 1e9)
    which = np.searchsorted(starts, at, side='right') - 1
    labels = [person.segments[i].label for i in which]
    known = np.array([label not in new for label in labels])
    classes = np.array([card.labels.index(label) for label in labels if label not in new])
    return fit_calibration(person.stream.log_p[known], classes, unknown_at, 'another person')
