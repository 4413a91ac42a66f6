"""What the demonstration plays, and how its labels are scored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dcat_ros.bags.dataset_takes import takes_of
from dcat_ros.bags.takes import write_takes
from dcat_ros.bags.write import make_bag
from dcat_ros.card.card import Card
from dcat_ros.datasets import Signal, Trial, data_folder, load
from dcat_ros.errors import ConfigError
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.live import sameness
from dcat_ros.evaluation.outcomes import Outcomes
from dcat_ros.evaluation.picture import timeline_png
from dcat_ros.evaluation.scores import Scores, window_scores
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.registry import live_of
from dcat_ros.streaming.decision import STALE, Prediction
from dcat_ros.truth import label_at

__all__ = ['Comparison', 'DemoBag', 'compare', 'demo_bag']


@dataclass(frozen=True)
class DemoBag:
    """The bag, and a sentence that says what is in it."""

    path: Path
    sentence: str


@dataclass(frozen=True)
class Comparison:
    """The live labels against truth, and against the same bag offline.

    Attributes:
        scores: of the live labels.
        same: the live predictions are those of the offline evaluation: within 1e-5, or, where
            messages have no stamps (sound), most labels.
        difference: where they are not, or not exactly, a sentence.
        picture: the timeline as PNG.
    """

    scores: Scores
    same: bool
    difference: str
    picture: bytes


def demo_bag(
    path: Path, sensor: str, model: str, subject: str, seconds: float, data_dir: Path | None
) -> DemoBag:
    """Write a short continuous bag of a real recording, a piece for each activity.

    Args:
        path: the bag.
        sensor: 'imu', 'image', 'audio', or 'auto' for IMU and pictures together.
        model: for the labels, and to say whether it has seen the person.
        subject: whose recordings; not for sound.
        seconds: how much of each exercise of 'imu'.
        data_dir: the folder of all data sets; not for 'imu'.

    Raises:
        ConfigError: the IMU model was trained on this person.
        DatasetError: the recordings are not there.
    """
    card = load_model(model).card
    if sensor == 'imu':
        return _exercises(path, card, subject, seconds)
    if sensor == 'audio':
        whole = load('kitchen20', data_dir)
        trials = _first_of_each(whole.trials)
        what = f'{len(trials)} kitchen sounds of {whole.info.name}'
        sensors = ['audio']
    else:
        whole = load('utd_mhad', data_dir, [subject])
        trials = _first_of_each(whole.trials)[::3]
        sensors = ['imu', 'image'] if sensor == 'auto' else ['image']
        what = f'{len(trials)} actions of subject {subject} of {whole.info.name}'
    takes = takes_of(whole.info.name, data_folder(data_dir), trials, sensors)
    write_takes(takes, path)
    seen = {trial.subject for trial in trials} & set(card.training.subjects)
    whom = 'which' if sensor == 'audio' else 'whom'
    knows = f'{whom} {card.name} {"was trained on" if seen else "never saw"}'
    minutes = (sum(take.duration_s for take in takes)) / 60
    return DemoBag(path, f'{what}, {knows} ({minutes:.1f} min; the pauses between them are made)')


def _first_of_each(trials: Sequence[Trial]) -> list[Trial]:
    """One trial of each label, in the order of the labels' first appearance."""
    first: dict[str, Trial] = {}
    for trial in trials:
        first.setdefault(trial.label, trial)
    return list(first.values())


def _exercises(path: Path, card: Card, subject: str, seconds: float) -> DemoBag:
    """The beginning of one series of each exercise of a person."""
    if subject in card.training.subjects:
        raise ConfigError(
            f'{card.name} was trained on subject {subject}; choose one whom it never saw.'
        )
    whole = load('watch', subjects=[subject])
    trials = tuple(_beginning(trial, seconds) for trial in _first_of_each(whole.trials))
    make_bag(replace(whole, trials=trials), path, continuous=True)
    minutes = sum(trial.signals['imu'].duration_s for trial in trials) / 60
    return DemoBag(
        path,
        f'{len(trials)} exercises of subject {subject} of {whole.info.name}, whom {card.name} '
        f'never saw ({minutes:.1f} min; the pauses between them are made)',
    )


def compare(path: Path, model: str, live: Sequence[Prediction]) -> Comparison:
    """Score the live predictions, and compare them with the offline ones."""
    offline = evaluate_bag(path, load_model(model))
    heard = [p for p in live if p.state != STALE]
    stamped = live_of(load_model(model).card).stamped
    found = sameness(heard, offline.predictions, stamped=stamped)
    instants = [p.end_ns - round(offline.lag_s * 1e9) for p in heard]
    outcomes = Outcomes.of(label_at(offline.truth, instants), heard, offline.labels)
    fields = window_scores(outcomes)
    scores = Scores.model_validate(offline.scores.model_dump() | fields)
    picture = timeline_png(replace(offline, predictions=heard))
    return Comparison(scores, found.same, found.difference, picture)


def _beginning(trial: Trial, seconds: float) -> Trial:
    signal = trial.signals['imu']
    keep = signal.stamps_ns <= seconds * 1e9
    return replace(trial, signals={'imu': Signal(signal.stamps_ns[keep], signal.values[keep])})
