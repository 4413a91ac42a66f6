"""What a network says of a person whom it never saw: for validation, calibration and results."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from dcat_ros.card.card import Calibration, Card
from dcat_ros.datasets.continuous import Continuous, join
from dcat_ros.datasets.trial import Dataset
from dcat_ros.evaluation.evaluate_dataset import classify_trial, trial_label
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.runtime import Model
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.streaming.decision import Prediction, calibrate, decide
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.training.calibrate import fit_calibration
from dcat_ros.truth import label_at

__all__ = ['HeldOut', 'Subject', 'calibrated', 'calibration_of', 'make_subject', 'measure']


@dataclass(frozen=True)
class Subject:
    """A person's recordings: one continuous stream, and the trials it was joined from."""

    name: str
    stream: Continuous
    trials: Dataset


@dataclass(frozen=True)
class HeldOut:
    """What a network says of a subject, before calibration.

    Attributes:
        subject: who.
        predictions: on the continuous stream.
        truth: one label per prediction.
        trials: (true label, found label) of each trial long enough for a window.
    """

    subject: Subject
    predictions: list[Prediction]
    truth: list[str]
    trials: list[tuple[str, str]]

    def macro_f1(self, labels: Sequence[str]) -> float:
        """Macro-F1 of the stream's windows."""
        best = [labels[int(np.argmax(p.probabilities))] for p in self.predictions]
        score = f1_score(self.truth, best, average='macro', zero_division=0)
        return float(score)


def make_subject(dataset: Dataset, name: str, seed: int, sensor: Sensor) -> Subject:
    """Join a subject's trials to a stream, the same for the same seed."""
    own = dataset.of_subjects([name])
    number = dataset.subjects.index(name)
    rng = np.random.default_rng((seed, 1, number))
    return Subject(name, join(list(own.trials), rng, sensor=sensor), own)


def measure(net: ActivityNet, card: Card, subject: Subject, *, trials: bool = True) -> HeldOut:
    """Run a network over a subject with the recogniser that node and bag use, uncalibrated."""
    raw = card.model_copy(update={'calibration': Calibration()})
    model = Model(net, raw)
    recogniser = Recogniser(model)
    signal = subject.stream.signal
    predictions = recogniser.classify_many(
        recogniser.stream.push_many(signal.stamps_ns, signal.values)
    )
    lag_ns = round(card.input.lag_s * 1e9)
    truth = label_at(subject.stream.segments, [p.end_ns - lag_ns for p in predictions])
    found = []
    for trial in subject.trials.trials if trials else ():
        own = classify_trial(recogniser, trial)
        if own:
            found.append((trial.label, trial_label(model, trial, own)))
    return HeldOut(subject, predictions, truth, found)


def calibration_of(
    held_out: Sequence[HeldOut], card: Card, unknown_at: float, n_folds: int
) -> Calibration:
    """Temperature and threshold that fit what the folds' networks said of held-out subjects."""
    log_p = np.concatenate([_log_p(h.predictions) for h in held_out])
    classes = np.array([card.labels.index(label) for h in held_out for label in h.truth])
    fitted_on = (
        f'{len(classes)} windows of continuous streams of {len(held_out)} training subjects, each '
        f'held out once ({n_folds} folds)'
    )
    return fit_calibration(log_p, classes, unknown_at, fitted_on)


def calibrated(
    predictions: Sequence[Prediction], labels: tuple[str, ...], calibration: Calibration
) -> list[Prediction]:
    """The same predictions as a recogniser with this calibration would give them."""
    p = calibrate(_log_p(predictions), calibration.temperature)
    out = []
    for prediction, row in zip(predictions, p, strict=True):
        label, state, confidence = decide(row, labels, calibration.unknown_threshold)
        out.append(
            replace(
                prediction,
                label=label,
                state=state,
                confidence=confidence,
                probabilities=tuple(row.tolist()),
            )
        )
    return out


def _log_p(predictions: Sequence[Prediction]) -> NDArray[np.float64]:
    p = np.array([prediction.probabilities for prediction in predictions])
    logs: NDArray[np.float64] = np.log(np.maximum(p, 1e-12))
    return logs
