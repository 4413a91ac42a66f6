"""Running a model over the trials of a data set, and scoring what it says."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.datasets.as_sensor import signal_for
from dcat_ros.datasets.trial import Dataset, Signal, Trial
from dcat_ros.evaluation.evaluation import Evaluation, score
from dcat_ros.evaluation.figures import macro_f1
from dcat_ros.segment import REST, Segment
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.streaming.decision import Prediction
from dcat_ros.streaming.recogniser import Classifier, Recogniser
from dcat_ros.streaming.resample import is_oversampled, on_grid

__all__ = ['classify_trial', 'evaluate_dataset', 'trial_label']

_MOST_NAMED = 20  # subjects; of sounds every source is one


def evaluate_dataset(
    dataset: Dataset, model: Classifier, *, stride_s: float | None = None
) -> Evaluation:
    """Score a data set's trials by window and by trial.

    Each trial is one stream; `trial_label` says what a trial's label is.
    """
    recogniser = Recogniser(model, stride_s=stride_s)
    predictions: list[Prediction] = []
    truth: list[Segment] = []
    y: list[str] = []
    best: list[str] = []
    too_short = 0
    n_messages = 0
    begin_ns = 0
    for trial in dataset.trials:
        stamps_ns = _signal(model.card, trial).stamps_ns
        n_messages += len(stamps_ns)
        found = classify_trial(recogniser, trial, begin_ns)
        end_ns = begin_ns + int(stamps_ns[-1]) + 1
        truth.append(Segment(begin_ns, end_ns, trial.label))
        begin_ns = end_ns + 10_000_000_000
        predictions += found
        if found or REST not in model.card.labels:  # it learned from recordings of any length
            y.append(trial.label)
            best.append(trial_label(model, trial, found))
        else:
            too_short += 1
    stride = recogniser.stream.stride / recogniser.stream.rate_hz
    name = f'{dataset.info.name}, {_who(dataset.subjects)}'
    evaluation = score(
        name, model, predictions, truth, stride, n_messages, Counter(), with_events=False
    )
    scores = evaluation.scores
    scores.stamps = dataset.info.stamps
    seen = _trained_on(model.card, dataset)
    if seen:
        scores.notes.append(
            f'{model.card.name} was trained on {_who(seen)} of {dataset.info.name}: what it gives '
            'there is no measure of what it gives on people whom it never saw.'
        )
    if too_short:
        scores.notes.append(f'{too_short} trials are shorter than a window and have no label.')
    if dataset.skipped:
        scores.notes.append(
            f'{len(dataset.skipped)} recordings were skipped: '
            + '; '.join(f'{s.name}: {s.why}' for s in dataset.skipped[:5])
        )
    if y:
        names = sorted({*y, *best})
        confusion = np.zeros((len(names), len(names)), dtype=np.int64)
        np.add.at(confusion, ([names.index(x) for x in y], [names.index(x) for x in best]), 1)
        scores.n_trials = len(y)
        scores.trial_macro_f1 = macro_f1(confusion)
        scores.trial_accuracy = float(np.trace(confusion) / len(y))
    return evaluation


def _trained_on(card: Card, dataset: Dataset) -> list[str]:
    """The subjects that are scored though the model knows them."""
    if card.training.dataset != dataset.info.title:
        return []
    return [subject for subject in dataset.subjects if subject in card.training.subjects]


def _who(subjects: Sequence[str]) -> str:
    if len(subjects) > _MOST_NAMED:
        return f'{len(subjects)} subjects'
    return f'subjects {", ".join(subjects)}'


def classify_trial(recogniser: Recogniser, trial: Trial, begin_ns: int = 0) -> list[Prediction]:
    """The predictions of one trial, as a stream of its own that starts at `begin_ns`."""
    signal = _signal(recogniser.card, trial)
    recogniser.stream.reset()
    return recogniser.classify_many(
        recogniser.stream.push_many(signal.stamps_ns + begin_ns, signal.values)
    )


def _signal(card: Card, trial: Trial) -> Signal:
    return signal_for(trial, sensor_of(card), card.input.rate_hz)


def trial_label(model: Classifier, trial: Trial, predictions: Sequence[Prediction]) -> str:
    """One label for a whole trial; never `rest`, for no trial is rest.

    A model with `network.segment` looks at the whole trial at once. Otherwise the likeliest label
    by the mean log-probability of the trial's windows counts.
    """
    labels = model.card.labels
    if model.card.network.segment:
        score = model.segment_log_probabilities(
            _on_grid(_signal(model.card, trial), model.card.input.rate_hz)
        )
    else:
        p = np.array([prediction.probabilities for prediction in predictions])
        score = np.log(np.maximum(p, 1e-12)).mean(axis=0)
    order = [labels[int(i)] for i in np.argsort(-score)]
    return next(label for label in order if label != REST)


def _on_grid(signal: Signal, rate_hz: float) -> NDArray[np.float32]:
    """A trial's samples at the model's rate, shape (T, C)."""
    times_s = (signal.stamps_ns - signal.stamps_ns[0]) / 1e9
    grid_s = np.arange(int(times_s[-1] * rate_hz + 1e-6) + 1) / rate_hz
    faster = is_oversampled(signal.stamps_ns, rate_hz)
    return on_grid(grid_s, times_s, signal.values, rate_hz, oversampled=faster).astype(np.float32)
