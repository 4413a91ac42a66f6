"""Continuous streams of every sensor, and what a steadier label buys.

    python -m benchmarks.streams --data DIR --work runs/streams --out results/streams.json

The recipe of each shipped model is trained again without each fold of people (sources of sound),
and its network says what it thinks of their streams; states in --work serve the next call. Hold
and margin of the published label are chosen for each held-out fold on the other folds' streams, by
label-run F1, and scored on the fold itself. benchmarks.streams_page makes docs/streams.md of it.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import torch

from dcat_ros.card.card import Card
from dcat_ros.datasets import load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.evaluation.events import Event, events_of, label_runs
from dcat_ros.evaluation.intervals import cluster_bootstrap
from dcat_ros.evaluation.tally import Tally, tally_of
from dcat_ros.files import write_whole
from dcat_ros.segment import Segment
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.streaming.decision import Prediction
from dcat_ros.streaming.steady import SteadyLabel
from dcat_ros.training.config import TrainConfig, read_config
from dcat_ros.training.folds import folds_of
from dcat_ros.training.holdout import calibrated, calibration_of, make_stream, measure
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card
from dcat_ros.training.teacher import signals_of

CONFIGS = Path(__file__).resolve().parents[1] / 'config' / 'train'
MODELS = ('imu_utd_mhad', 'imu_watch', 'image_depth_utd_mhad', 'audio_kitchen20')
HOLDS_S = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
MARGINS = (0.0, 0.1, 0.2, 0.4)
#: What a chosen setting may cost: its onset delay over that without a hold.
MOST_DELAY_S = 1.0


@dataclass(frozen=True)
class Stream:
    """A held-out stream and what a network said of it, calibrated on the other streams."""

    name: str
    predictions: list[Prediction]
    truth: tuple[Segment, ...]
    hours: float
    threshold: float


def streams_of(config: TrainConfig, data: Path | None, work: Path) -> tuple[Card, list[Stream]]:
    config = config.model_copy(update={'transfer': None})  # labels alone made what is shipped
    dataset = load(config.dataset, data, config.subjects, signals_of(config))
    card = make_card(config, dataset, command='', git_commit='')
    sensor = sensor_of(card)
    rows = as_sensor(dataset, sensor, card.input.rate_hz)
    folds = folds_of(rows, config.held_out, config.folds, config.seed)
    held_out = []
    for i, fold in enumerate(folds):
        known = dataset.where(lambda trial, fold=fold: not fold.has(trial))
        checkpoint = work / f'{i}.safetensors'
        net = fit_network(config, known, card, (config.seed, i), checkpoint, []).net
        for part in fold.parts:
            own = rows.where(part.has)
            stream = make_stream(part.name, own, config.seed, part.number, sensor)
            held_out.append(measure(net, card, stream))
        print(f'{config.name}: fold {i + 1} of {len(folds)}', flush=True)
    streams = []
    for h in held_out:
        others = [other for other in held_out if other is not h]
        calibration = calibration_of(others, card, config.unknown_at, '')
        streams.append(
            Stream(
                h.stream.name,
                calibrated(h.predictions, card.labels, calibration),
                h.stream.stream.segments,
                h.stream.stream.signal.duration_s / 3600,
                calibration.unknown_threshold,
            )
        )
    return card, streams


def tally(stream: Stream, card: Card, hold_s: float, margin: float) -> Tally:
    """Events as they are, and runs of the label that a node with this setting publishes."""
    spec = card.input
    events = events_of(
        stream.predictions,
        card.labels,
        stride_s=spec.stride_s,
        lag_s=spec.lag_s,
        threshold=stream.threshold,
    )
    runs = runs_of(stream, card, hold_s, margin)
    return tally_of(stream.truth, events, runs, stream.hours)


def runs_of(stream: Stream, card: Card, hold_s: float, margin: float) -> list[Event]:
    steady = SteadyLabel(card.labels, hold_s, margin)
    published = [steady.push(prediction) for prediction in stream.predictions]
    return label_runs(published, stride_s=card.input.stride_s, lag_s=card.input.lag_s)


def run_tally(stream: Stream, card: Card, hold_s: float, margin: float) -> Tally:
    """The runs alone, as if they were the events."""
    runs = runs_of(stream, card, hold_s, margin)
    return tally_of(stream.truth, runs, runs, stream.hours)


def figures(tallies: Sequence[Tally]) -> dict[str, object]:
    """Scores of all streams together, each with its interval from drawing streams anew."""

    def interval(statistic: Callable[[Tally], float | None]) -> list[float | None]:
        def of(some: Sequence[Tally]) -> float:
            value = statistic(sum(some, Tally()))
            return float('nan') if value is None else value

        low, high = cluster_bootstrap(tallies, of)
        return [statistic(sum(tallies, Tally())), low, high]

    return {
        'f1': interval(lambda t: t.f1),
        'false_alarms_per_hour': interval(lambda t: t.false_alarms_per_hour),
        'onset_delay_s': interval(lambda t: t.onset_delay_s),
        'ward': asdict(sum(tallies, Tally()).ward),
        'n_true': sum(t.n_true for t in tallies),
        'hours': sum(t.hours for t in tallies),
    }


def choose(by_setting: dict[tuple[float, float], list[Tally]], places: list[int]) -> tuple:
    """The setting with the best F1 over some streams that is not much later than none at all."""
    sums = {s: sum((tallies[i] for i in places), Tally()) for s, tallies in by_setting.items()}
    at_once = sums[0.0, 0.0].onset_delay_s or 0.0
    allowed = {
        s: t
        for s, t in sums.items()
        if t.onset_delay_s is not None and t.onset_delay_s <= at_once + MOST_DELAY_S
    }
    return max(allowed, key=lambda s: (allowed[s].f1, -s[0], -s[1]))


def study(card: Card, streams: Sequence[Stream]) -> dict[str, object]:
    settings = list(product(HOLDS_S, MARGINS))
    by_setting = {s: [run_tally(stream, card, *s) for stream in streams] for s in settings}
    everyone = list(range(len(streams)))
    nested, chosen = [], []
    for i in everyone:
        setting = choose(by_setting, [j for j in everyone if j != i])
        chosen.append(list(setting))
        nested.append(by_setting[setting][i])
    return {
        'events': figures([tally(stream, card, 0.0, 0.0) for stream in streams]),
        'runs': [
            {'hold_s': hold, 'margin': margin, **figures(by_setting[hold, margin])}
            for hold, margin in settings
        ],
        'chosen_on_others': {'settings': chosen, **figures(nested)},
        'chosen_on_all': list(choose(by_setting, everyone)),
        'streams': [stream.name for stream in streams],
        'stride_s': card.input.stride_s,
        'sensor': sensor_of(card).name,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path)
    parser.add_argument('--work', type=Path, default=Path('runs/streams'))
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('models', nargs='*', default=MODELS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    for name in arguments.models:
        config = read_config(CONFIGS / f'{name}.yaml')
        found[name] = study(*streams_of(config, arguments.data, arguments.work / name))
        write_whole(arguments.out, json.dumps(found, indent=1).encode())
        print(name, found[name]['events'], found[name]['chosen_on_others'], flush=True)


if __name__ == '__main__':
    main()
