"""What the demonstration plays, and how its labels are scored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dcat_ros.bags.write import make_bag
from dcat_ros.datasets import Signal, Trial, load
from dcat_ros.errors import ConfigError
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.report import timeline_png
from dcat_ros.evaluation.scores import Scores, window_scores
from dcat_ros.evaluation.truth import label_at
from dcat_ros.model.runtime import load_model
from dcat_ros.streaming.decision import STALE, Prediction

__all__ = ['Comparison', 'DemoBag', 'compare', 'demo_bag']

_TOLERANCE = 1e-5


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
        same: the live predictions are those of the offline evaluation within 1e-5.
        difference: where they are not, a sentence.
        picture: the timeline as PNG.
    """

    scores: Scores
    same: bool
    difference: str
    picture: bytes


def demo_bag(path: Path, model: str, subject: str, seconds: float) -> DemoBag:
    """Write the beginning of one series of each exercise of a person as a continuous bag.

    Raises:
        ConfigError: the model was trained on this person.
    """
    card = load_model(model).card
    if subject in card.training.subjects:
        raise ConfigError(
            f'{card.name} was trained on subject {subject}; choose one whom it never saw.'
        )
    whole = load('watch', subjects=[subject])
    first: dict[str, Trial] = {}
    for trial in whole.trials:
        first.setdefault(trial.label, trial)
    trials = tuple(_beginning(trial, seconds) for trial in first.values())
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
    difference = _difference(heard, offline.predictions)
    instants = [p.end_ns - round(offline.lag_s * 1e9) for p in heard]
    fields = window_scores(label_at(offline.truth, instants), heard, offline.labels)
    scores = Scores.model_validate(offline.scores.model_dump() | fields)
    picture = timeline_png(replace(offline, predictions=heard))
    return Comparison(scores, not difference, difference, picture)


def _difference(live: Sequence[Prediction], offline: Sequence[Prediction]) -> str:
    if len(live) != len(offline):
        return f'{len(live)} predictions live, {len(offline)} offline.'
    for a, b in zip(live, offline, strict=True):
        if a.end_ns != b.end_ns:
            return f'a window ends at {a.end_ns} ns live and at {b.end_ns} ns offline.'
        if not np.allclose(a.probabilities, b.probabilities, rtol=0, atol=_TOLERANCE):
            return f'probabilities differ in the window that ends at {a.end_ns} ns.'
    return ''


def _beginning(trial: Trial, seconds: float) -> Trial:
    signal = trial.signals['imu']
    keep = signal.stamps_ns <= seconds * 1e9
    return replace(trial, signals={'imu': Signal(signal.stamps_ns[keep], signal.values[keep])})
