"""How many labels are needed: in the order of time, or in the one that `dcat label` suggests.

    python -m benchmarks.label --data DIR --out results/label.json [--draws 0:1]

UTD-MHAD, inertial. In each draw ten of its 27 actions are new: a base is trained on the other 17
and on all people but two (see `benchmarks.teach_bases`). Of each of those two, a stream is made of
three trials of each of the 27 actions, with pauses between them (synthetic): that is what is
labelled. A further trial of each action is kept for the test. Somebody labels one stretch after the
other, in the order of time, by chance, or as suggested; a suggested stretch in which nothing was
done costs a label as well. After each label the base is taught all that is labelled so far by the
code of `dcat teach`, and names the test's trials among all 27 labels.
"""

import argparse
import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from benchmarks.teach_bases import Shown, drawn, network_without, trial_shown, windows_shown
from dcat_ros.card.card import Card
from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.continuous import join
from dcat_ros.label.suggest import Proposal, stretches_of
from dcat_ros.label.teaching_order import projection, teaching_order
from dcat_ros.model.taught import together
from dcat_ros.segment import REST, Segment
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.streaming.decision import Prediction, calibrate, decide
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.teach.fit import fit_layer
from dcat_ros.teach.memory import Examples, Memory
from dcat_ros.teach.study import Studied, Take, study
from dcat_ros.training.config import TrainConfig, read_config

STEPS = 600
#: Trials of each action in the stream that is labelled.
IN_STREAM = 3
#: Labels after which a figure is given.
AT = (5, 10, 20, 30, 40, 60, 80)
#: Macro-F1 for which labels are counted.
BARS = (0.75, 0.8, 0.85, 0.9)
#: Draws of chance for those orders that have some.
CHANCES = 3


@dataclass(frozen=True)
class Person:
    """Somebody whose stream is labelled.

    Attributes:
        card: of the base.
        memory: what the base remembers of whole recordings.
        stretches: what the base proposes of the stream.
        features: of each.
        done: the true stretches, in the order of time.
        takes: of each of them.
        tests: what the base makes of the trials of the test, and their labels.
    """

    card: Card
    memory: Memory
    stretches: list[Proposal]
    features: NDArray[np.float32]
    done: list[Segment]
    takes: list[Studied]
    tests: list[tuple[Shown, str]]


def people(config: TrainConfig, dataset: Dataset, draws: range, work: Path) -> list[Person]:
    """Everybody of every draw; kept in `work`."""
    found = []
    for draw in draws:
        new, pairs = drawn(dataset, draw)
        for pair in pairs:
            path = work / f'{draw}_{"_".join(pair)}.pickle'
            if not path.is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                model, memory = network_without(config, dataset, new, pair, draw, work)
                both = [_person(model, memory, dataset, name, draw) for name in pair]
                path.write_bytes(pickle.dumps(both))
                print(f'draw {draw}, without {" and ".join(pair)}', flush=True)
            found += pickle.loads(path.read_bytes())  # our own, of an earlier run
    return found


def _person(model: Any, memory: Memory, dataset: Dataset, name: str, draw: int) -> Person:
    card = model.card
    sensor, rng = sensor_of(card), np.random.default_rng((draw, int(name)))
    own = as_sensor(dataset.of_subjects([name]), sensor, card.input.rate_hz)
    recogniser = Recogniser(model)
    pool, tests = [], []
    for label in dataset.info.labels:
        trials = [trial for trial in own.trials if trial.label == label]
        trials = [trials[i] for i in rng.permutation(len(trials))]
        pool += trials[:IN_STREAM]
        tests += [(trial_shown(model, recogniser, t), label) for t in trials[IN_STREAM:]]
    stream = join(pool, rng, sensor=sensor)
    recogniser.stream.reset()
    windows = recogniser.stream.push_many(stream.signal.stamps_ns, stream.signal.values)
    shown = windows_shown(model, np.stack([w.samples for w in windows if w.samples is not None]))
    p = calibrate(shown.log_p, card.calibration.temperature)
    predictions = [
        Prediction(*decide(row, card.labels, 0.0), tuple(row.tolist()), w.start_ns, w.end_ns, '')
        for row, w in zip(p, windows, strict=True)
    ]
    stride_s = recogniser.stream.stride / card.input.rate_hz
    mixed = shown.features @ projection(shown.features.shape[1])
    stretches, features = stretches_of(predictions, mixed, card, stride_s)
    by_name = {trial.name: trial for trial in pool}
    pairs = [(s, n) for s, n in zip(stream.segments, stream.names, strict=True) if n]
    takes = [
        study(model, Take(s.label, name, '', n, by_name[n].signals[sensor.name].values))
        for s, n in pairs
    ]
    return Person(card, memory, stretches, features, [s for s, _ in pairs], takes, tests)


def f1_after(person: Person, labelled: list[int]) -> float:
    """Macro-F1 on the test of what these true stretches teach, by the layer for whole trials."""
    takes = [person.takes[i] for i in labelled]
    old = person.card.labels
    labels = (*old, *sorted({take.label for take in takes} - {*old}))
    wholes = [(labels.index(t.label), Examples(t.whole[None], np.array([labels.index(t.label)])))
              for t in takes]  # fmt: skip
    amounts = sensor_of(person.card).takes
    assert person.memory.wholes is not None
    layer = fit_layer(person.memory.wholes, wholes, len(labels), amounts) if takes else None
    said = []
    for shown, _ in person.tests:
        log_p = shown.log_p
        if layer is not None:
            log_p = together(log_p, layer.log_q(shown.features))
        best = np.argsort(-log_p.mean(axis=0))
        said.append(next(labels[i] for i in best if labels[i] != REST))
    truth = [label for _, label in person.tests]
    return float(f1_score(truth, said, labels=sorted(set(truth)), average='macro', zero_division=0))


def in_time(person: Person, rng: np.random.Generator) -> list[int | None]:
    return list(range(len(person.done)))


def by_chance(person: Person, rng: np.random.Generator) -> list[int | None]:
    return rng.permutation(len(person.done)).tolist()


def suggested(
    order: Callable[[NDArray[np.float64], NDArray[np.float32]], list[int]],
) -> Callable[[Person, np.random.Generator], list[int | None]]:
    """The true stretches as the proposals lead to them; None where one leads to nothing new."""

    def visits(person: Person, rng: np.random.Generator) -> list[int | None]:
        doubt = np.array([1 - one.probability for one in person.stretches])
        found: list[int | None] = []
        for i in order(doubt, person.features):
            one = person.stretches[i]
            shared = [
                min(one.end_ns, s.end_ns) - max(one.start_ns, s.start_ns) for s in person.done
            ]
            best = int(np.argmax(shared))
            found.append(best if shared[best] > 0 and best not in found else None)
        # what was never proposed comes in the order of time
        return found + [i for i in range(len(person.done)) if i not in found]

    return visits


def as_in_the_page(doubt: NDArray[np.float64], features: NDArray[np.float32]) -> list[int]:
    return teaching_order(doubt, features, np.zeros(len(doubt), np.bool_))


def by_doubt(doubt: NDArray[np.float64], features: NDArray[np.float32]) -> list[int]:
    return np.argsort(-doubt, kind='stable').tolist()


def by_difference(doubt: NDArray[np.float64], features: NDArray[np.float32]) -> list[int]:
    return teaching_order(np.ones(len(doubt)), features, np.zeros(len(doubt), np.bool_))


ORDERS = {
    'in the order of time': in_time,
    'by chance': by_chance,
    'suggested': suggested(as_in_the_page),
    'least certain first': suggested(by_doubt),
    'most different first': suggested(by_difference),
}


def curve(person: Person, visits: list[int | None]) -> list[float]:
    """Macro-F1 after no label, one, two …, a wasted one included."""
    scores, labelled = [f1_after(person, [])], []
    for visit in visits:
        if visit is None:
            scores.append(scores[-1])
            continue
        labelled.append(visit)
        scores.append(f1_after(person, labelled))
    return scores


def measure(everybody: list[Person]) -> dict[str, Any]:
    """Every figure: means over people, and over draws of chance where there are some."""
    told: dict[str, Any] = {'people': len(everybody)}
    longest = max(len(person.done) + len(person.stretches) for person in everybody)
    found = [any(s.start_ns < one.end_ns and one.start_ns < s.end_ns for one in person.stretches)
             for person in everybody for s in person.done]  # fmt: skip
    told['true stretches that are proposed'] = float(np.mean(found))
    told['true stretches of a stream'] = float(np.mean([len(p.done) for p in everybody]))
    told['proposed stretches of a stream'] = float(np.mean([len(p.stretches) for p in everybody]))
    for name, order in ORDERS.items():
        curves, waste = [], []
        for person in everybody:
            for chance in range(CHANCES if order is by_chance else 1):
                visits = order(person, np.random.default_rng(chance))
                scores = curve(person, visits)
                waste.append(visits.count(None))
                curves.append(scores + [scores[-1]] * (longest + 1 - len(scores)))
        mean = np.mean(curves, axis=0)
        told[name] = {
            'macro-F1 after labels': {str(n): round(float(mean[n]), 4) for n in (0, *AT)},
            'labels for a mean macro-F1': {str(bar): _first(mean, bar) for bar in BARS},
            'stretches in which nothing was done': float(np.mean(waste)),
        }
    return told


def _first(mean: NDArray[np.float64], bar: float) -> int | None:
    above = np.flatnonzero(mean >= bar)
    return int(above[0]) if len(above) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path)
    parser.add_argument('--out', type=Path, default=Path('results/label.json'))
    parser.add_argument('--work', type=Path, default=Path('runs/label'))
    parser.add_argument('--draws', default='0:1', help='FROM:TO')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    config = read_config(Path('config/train/imu_utd_mhad.yaml')).taught_by(None, 'none')
    optimiser = config.optimiser.model_copy(update={'steps': STEPS})
    config = config.model_copy(update={'optimiser': optimiser, 'dataset': 'utd_mhad'})
    dataset = load('utd_mhad', arguments.data, modalities={'imu'})
    draws = range(*map(int, arguments.draws.split(':')))
    told = {'draws': len(draws), 'steps': STEPS}
    told |= measure(people(config, dataset, draws, arguments.work))
    arguments.out.write_text(json.dumps(told, indent=1) + '\n')
    print(json.dumps(told, indent=1))


if __name__ == '__main__':
    main()
