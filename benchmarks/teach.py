"""What a few takes teach a model: new labels among all, old ones before and after, and streams.

    python -m benchmarks.teach --data DIR --out results/teach.json [--sensors imu,depth,camera]

UTD-MHAD. In each draw ten of its 27 actions are new. A base is trained by the shipped recipe (with
fewer steps, see `STEPS`) on the other 17 and on all people but two; each of those two then teaches
it the ten, by k takes each, with the code of `dcat teach`, and is tested on all else he did: single
trials among all 27 labels, and, after three takes, a stream of his trials with pauses between
(synthetic). Beside it takes of the other one of the two, and rivals that get the person's k takes
of all 27 actions, and nothing else: the nearest neighbour by dynamic time warping, and MiniRocket
with a ridge (library: aeon).
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from benchmarks.teach_bases import Base, Person, Shown, bases
from dcat_ros.datasets import Dataset, load
from dcat_ros.evaluation.events import Event, events_of, score_events
from dcat_ros.model.taught import WHOLE, WINDOW, Layer, together
from dcat_ros.segment import REST
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.streaming.decision import Prediction, calibrate, decide
from dcat_ros.teach.fit import fit_layer
from dcat_ros.teach.judge import why_unlike
from dcat_ros.teach.study import Studied
from dcat_ros.training.config import read_config

#: Sensor -> recipe, data set, signal, and steps of the attention branch.
RECIPES = {
    'imu': ('imu_utd_mhad', 'utd_mhad', 'imu', 600),
    'depth': ('image_depth_utd_mhad', 'utd_mhad', 'depth', 600),
    'camera': ('camera_utd_mhad', 'utd_mhad', 'pose', 600),
}
TAKES = (1, 2, 3)


@dataclass
class Found:
    """Figures of all people and draws: name -> one value for each."""

    values: dict[str, list[float]]

    def add(self, **more: float) -> None:
        for name, value in more.items():
            self.values[name].append(value)


def layer_of(base: Base, takes: Sequence[Studied], name: str) -> Layer:
    """A layer as `dcat teach` would write it, for windows or for whole recordings."""
    labels = (*base.old, *base.new)
    amounts = sensor_of(base.card).takes
    if name == WHOLE:
        wholes = [take.whole_example(labels) for take in takes]
        assert base.memory.wholes is not None
        return fit_layer(base.memory.wholes, wholes, len(labels), amounts)
    windows = [take.examples(labels) for take in takes]
    return fit_layer(base.memory.windows, windows, len(labels), amounts)


def trial_label(shown: Shown, layer: Layer | None, labels: Sequence[str]) -> str:
    """As `dcat_ros.evaluation.evaluate_dataset.trial_label`."""
    log_p = shown.log_p if layer is None else together(shown.log_p, layer.log_q(shown.features))
    order = np.argsort(-np.maximum(log_p, np.log(1e-12)).mean(axis=0))
    return next(labels[i] for i in order if labels[i] != REST)


def on_trials(
    found: Found,
    base: Base,
    person: Person,
    taught: Sequence[Studied],
    k: int,
    truth: dict[str, str],
) -> None:
    """New labels among all, and old ones before and after, on trials that nobody taught."""
    known = {name for names in person.names.values() for name in names[:k]}
    used = layer_of(base, taught, WHOLE if base.memory.wholes is not None else WINDOW)
    labels = (*base.old, *base.new)
    tested = [name for name in person.trials if name not in known]
    y = np.array([truth[name] for name in tested])
    said = np.array([trial_label(person.trials[name], used, labels) for name in tested])
    is_new = np.isin(y, base.new)
    before = np.array(
        [trial_label(person.trials[n], None, base.old) for n in np.array(tested)[~is_new]]
    )
    old = [label for label in base.old if label != REST]
    found.add(
        new_f1=macro(y, said, base.new),
        new_recall=float((y == said)[is_new].mean()),
        old_before=float((before == y[~is_new]).mean()),
        old_after=float((said == y)[~is_new].mean()),
        old_f1_before=macro(y[~is_new], before, old),
        old_f1_after=macro(y[~is_new], said[~is_new], old),
    )


def macro(truth: NDArray[np.str_], said: NDArray[np.str_], labels: Sequence[str]) -> float:
    there = [label for label in labels if label in truth]
    return float(f1_score(truth, said, labels=there, average='macro', zero_division=0))


def events(base: Base, log_p: NDArray[np.float32], name: str, labels: Sequence[str]) -> list[Event]:
    person, calibration = base.people[name], base.calibrations[name]
    p = calibrate(log_p, calibration.temperature)
    threshold, spec = calibration.unknown_threshold, base.card.input
    predictions = [
        Prediction(*decide(row, tuple(labels), threshold), tuple(row.tolist()), 0, int(end_ns), '')
        for row, end_ns in zip(p, person.ends_ns, strict=True)
    ]
    stride_s = round(spec.stride_s * spec.rate_hz) / spec.rate_hz
    return events_of(
        predictions, list(labels), stride_s=stride_s, lag_s=spec.lag_s, threshold=threshold
    )


def on_stream(found: Found, base: Base, name: str, taught: Sequence[Studied]) -> None:
    """Events of new and of old labels in a stream of everything that was not taught."""
    person = base.people[name]
    layer = layer_of(base, taught, WINDOW)
    shown, labels = person.stream, (*base.old, *base.new)
    after = events(base, together(shown.log_p, layer.log_q(shown.features)), name, labels)
    before = events(base, shown.log_p, name, base.old)
    done = [segment for segment in person.segments if segment.label != REST]
    new = [segment for segment in done if segment.label in base.new]
    old = [segment for segment in done if segment.label in base.old]
    said_new = [event for event in after if event.label in base.new]
    score = score_events(new, said_new, person.hours)
    of_old = score_events(old, [e for e in after if e.label in base.old], person.hours)
    apart = [
        e for e in before if not any(e.start_ns < s.end_ns and s.start_ns < e.end_ns for s in new)
    ]
    was_old = score_events(old, apart, person.hours)
    found.add(
        hours=person.hours,
        n_true=score.n_true,
        n_said=score.n_predicted,
        n_matched=score.n_matched,
        false_alarms=score_events(done, said_new, person.hours).false_alarms,
        wrong=score.false_alarms,
        old_n=of_old.n_true,
        old_matched=of_old.n_matched,
        old_matched_before=was_old.n_matched,
        alarms_before=score_events(done, before, person.hours).false_alarms,
        alarms_after=score_events(done, after, person.hours).false_alarms,
    )


def unlike(found: Found, base: Base, person: Person) -> None:
    """How often a take is called unlike two others: of the same label, and of another one."""
    for i, label in enumerate(base.new):
        takes = person.takes[label]
        if len(takes) < 3:
            continue
        other = person.takes[base.new[(i + 1) % len(base.new)]][0]
        found.add(
            own_unlike=float(bool(why_unlike(takes[2], takes[:2], base.memory))),
            other_unlike=float(bool(why_unlike(other, takes[:2], base.memory))),
        )


def first(person: Person, k: int) -> list[Studied]:
    return [take for takes in person.takes.values() for take in takes[:k]]


def measure(all_bases: Sequence[Base], truth: dict[str, str]) -> dict[str, Any]:
    """Every figure of one sensor."""
    told: dict[str, Any] = {}
    for k in TAKES:
        own, others = Found(defaultdict(list)), Found(defaultdict(list))
        for base in all_bases:
            for name, person in base.people.items():
                on_trials(own, base, person, first(person, k), k, truth)
                (other,) = [p for n, p in base.people.items() if n != name]
                on_trials(others, base, person, first(other, k), 0, truth)
        told[f'{k} takes'] = summary(own)
        told[f'{k} takes of another person'] = summary(others)
    streams, judged = Found(defaultdict(list)), Found(defaultdict(list))
    for base in all_bases:
        for name, person in base.people.items():
            on_stream(streams, base, name, first(person, 3))
            unlike(judged, base, person)
    v = {name: float(np.sum(values)) for name, values in streams.values.items()}
    told['streams after 3 takes'] = {
        'hours': v['hours'],
        'new event-F1': 2 * v['n_matched'] / (v['n_true'] + v['n_said']),
        'new true': v['n_true'],
        'new said': v['n_said'],
        'new matched': v['n_matched'],
        'false alarms of new labels an hour': v['false_alarms'] / v['hours'],
        'new labels where an old action was done, an hour': (v['wrong'] - v['false_alarms'])
        / v['hours'],
        'old events found': v['old_matched'] / v['old_n'],
        'old events found before': v['old_matched_before'] / v['old_n'],
        'false alarms an hour, all labels': v['alarms_after'] / v['hours'],
        'false alarms an hour, before': v['alarms_before'] / v['hours'],
    }
    told['judge'] = {name: float(np.mean(values)) for name, values in judged.values.items()}
    return told


def summary(found: Found) -> dict[str, Any]:
    return {
        name: {'mean': float(np.mean(v)), 'least': float(np.min(v)), 'n': len(v)}
        for name, v in found.values.items()
    }


def rivals(
    all_bases: Sequence[Base], dataset: Dataset, signal: str, scale: Sequence[float]
) -> dict[str, Any]:
    """Nearest neighbour by dynamic time warping, and MiniRocket, on the takes alone."""
    from aeon.classification.convolution_based import MiniRocketClassifier
    from aeon.classification.distance_based import KNeighborsTimeSeriesClassifier

    from dcat_ros.training.recordings import whole_recordings

    x, y = whole_recordings(dataset, 96, signal)
    x = (x / np.array(scale, np.float32)).transpose(0, 2, 1)
    place = {trial.name: i for i, trial in enumerate(dataset.trials)}
    labels = np.array(dataset.info.labels)
    subject = np.array([trial.subject for trial in dataset.trials])
    kinds = {
        'nearest neighbour, DTW': lambda: KNeighborsTimeSeriesClassifier(
            distance='dtw', distance_params={'window': 0.1}
        ),
        'MiniRocket and ridge': lambda: MiniRocketClassifier(random_state=0),
    }
    told: dict[str, Any] = {}
    for kind, make in kinds.items():
        for k in TAKES:
            found = Found(defaultdict(list))
            for base in all_bases:
                for name, person in base.people.items():
                    rng = np.random.default_rng(int(name))
                    train = [place[n] for names in person.names.values() for n in names[:k]]
                    for label in base.old:
                        own = np.flatnonzero((labels[y] == label) & (subject == name))
                        train += rng.permutation(own)[:k].tolist()
                    test = np.setdiff1d(np.flatnonzero(subject == name), train)
                    said = labels[make().fit(x[train], y[train]).predict(x[test])]
                    found.add(new_f1=macro(labels[y[test]], said, base.new))
            told[f'{kind}, {k} takes of all 27'] = summary(found)
    return told


def table(told: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        '| sensor | takes | new labels, macro-F1 | old labels before → after | takes of another |',
        '|---|---|---|---|---|',
    ]
    for sensor, figures in told.items():
        for k in TAKES:
            own, other = figures[f'{k} takes'], figures[f'{k} takes of another person']
            old = [own[name]['mean'] for name in ('old_f1_before', 'old_f1_after')]
            lines.append(
                f'| {sensor} | {k} | {own["new_f1"]["mean"]:.3f} ({own["new_f1"]["least"]:.2f}) '
                f'| {old[0]:.3f} → {old[1]:.3f} | {other["new_f1"]["mean"]:.3f} |'
            )
    lines += [
        '',
        '| sensor | hours | new labels, event-F1 | their false alarms an hour | new where old was '
        'done, an hour | old events found, before → after |',
        '|---|---|---|---|---|---|',
    ]
    for sensor, figures in told.items():
        one = figures['streams after 3 takes']
        lines.append(
            f'| {sensor} | {one["hours"]:.1f} | {one["new event-F1"]:.3f} '
            f'| {one["false alarms of new labels an hour"]:.1f} '
            f'| {one["new labels where an old action was done, an hour"]:.1f} '
            f'| {one["old events found before"]:.3f} → {one["old events found"]:.3f} |'
        )
    return '\n'.join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path)
    parser.add_argument('--out', type=Path, default=Path('results/teach.json'))
    parser.add_argument('--work', type=Path, default=Path('runs/teach'))
    parser.add_argument('--sensors', default=','.join(RECIPES))
    parser.add_argument('--draws', default='0:6', help='FROM:TO')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    told = json.loads(arguments.out.read_text()) if arguments.out.is_file() else {}
    draws = range(*map(int, arguments.draws.split(':')))
    for sensor in arguments.sensors.split(','):
        recipe, name, signal, steps = RECIPES[sensor]
        config = read_config(Path('config/train') / f'{recipe}.yaml').taught_by(None, 'none')
        optimiser = config.optimiser.model_copy(update={'steps': steps})
        config = config.model_copy(update={'optimiser': optimiser, 'dataset': name})
        dataset = load(name, arguments.data, modalities={signal})
        found = bases(config, dataset, draws, arguments.work)
        truth = {trial.name: trial.label for trial in dataset.trials}
        told[sensor] = {'draws': len(draws), 'steps': steps} | measure(found, truth)
        if sensor == 'imu':
            from dcat_ros.sensors.inertial.samples import SCALE

            told[sensor] |= rivals(found, dataset, signal, SCALE)
        arguments.out.write_text(json.dumps(told, indent=1) + '\n')
    print(table(told))


if __name__ == '__main__':
    main()
