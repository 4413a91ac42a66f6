"""Running a model over a bag or a data set, and scoring what it says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.topics import STRING_TYPE, TRUTH_TOPIC
from dcat_ros.datasets.modality import signal_for
from dcat_ros.datasets.trial import Dataset, Signal, Trial
from dcat_ros.errors import BagError
from dcat_ros.evaluation.bag_content import BagContent, BagSource, run_bag
from dcat_ros.evaluation.events import events_of, label_runs, score_events
from dcat_ros.evaluation.scores import Scores, window_scores
from dcat_ros.evaluation.truth import from_changes, label_at, read_csv
from dcat_ros.model.card import Card
from dcat_ros.segment import REST, Segment
from dcat_ros.streaming.decision import Prediction
from dcat_ros.streaming.recogniser import Classifier, Recogniser
from dcat_ros.streaming.resample import is_oversampled, on_grid
from dcat_ros.streaming.steady import SteadyLabel

__all__ = ['Evaluation', 'classify_trial', 'evaluate_bag', 'evaluate_dataset', 'trial_label']

_IOUS = (0.1, 0.25, 0.5)
_MOST_NAMED = 20  # subjects; of sounds every source is one
_HEADER_STAMPS = 'header stamps'
_RECEIVE_TIME = 'time of receipt, for the headers have no stamp'


@dataclass
class Evaluation:
    """Scores, and what they were computed from.

    Attributes:
        scores: the record.
        predictions: in the order of time.
        truth: intervals, on the same clock.
        labels: of the model.
        lag_s: a label speaks for the instant so long before its window's end.
    """

    scores: Scores
    predictions: list[Prediction]
    truth: list[Segment]
    labels: tuple[str, ...]
    lag_s: float


def evaluate_bag(
    path: Path,
    model: Classifier,
    *,
    source: BagSource | None = None,
    truth_topic: str = TRUTH_TOPIC,
    truth_csv: Path | None = None,
    stride_s: float | None = None,
    steady: tuple[float, float] = (0.0, 0.0),
) -> Evaluation:
    """Score a bag at full speed, without ROS.

    Args:
        path: the bag.
        model: what to score.
        source: topic of the model's sensor and how to read it; as dcat_ros names it without it.
        truth_topic: topic of type std_msgs/String that says the label whenever it changes.
        truth_csv: truth from a file instead; its seconds are those of the stamps, or count from
            the first reading if they are smaller than a year.
        stride_s: distance of two predictions; the model's without it.
        steady: hold in s and margin of the published label, see `SteadyLabel`.

    Raises:
        BagError: the bag or a topic in it is unusable.
        InputError: the CSV file is unusable.
    """
    recogniser = Recogniser(model, stride_s=stride_s)
    source = source or BagSource()
    topic = source.topic_for(model.card)
    with BagReader(path) as bag:
        if truth_csv is None:
            bag.require(truth_topic, STRING_TYPE)
        content = run_bag(bag, recogniser, source, None if truth_csv else truth_topic, stride_s)
        notes = list(bag.notes)
    if not content.n_messages:
        raise BagError(f'{path} has no message on {topic}.')
    if content.n_messages == content.rejected.total():
        reasons = ', '.join(f'{n} {reason}' for reason, n in content.rejected.items())
        raise BagError(
            f'No message on {topic} in {path} is usable: {reasons}; {content.last_rejection}.'
        )
    truth = (
        from_changes(content.changes, content.end_ns)
        if truth_csv is None
        else _shifted(read_csv(truth_csv), content)
    )
    if not truth:
        raise BagError(f'{path}: there is no truth to score against on {truth_topic}.')
    stride = recogniser.stream.stride / recogniser.stream.rate_hz
    steadier = SteadyLabel(model.card.labels, *steady)
    predictions = [steadier.push(prediction) for prediction in content.predictions]
    evaluation = _score(
        str(path), model, predictions, truth, stride, content.n_messages, content.rejected
    )
    if content.n_without_stamp:
        evaluation.scores.stamps = _RECEIVE_TIME
    for reason, n in content.rejected_truth.items():
        notes.append(f'{n} messages on {truth_topic} were rejected: {reason}.')
    evaluation.scores.notes += notes
    return evaluation


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
        if found or model.card.network.kind == 'sound':
            y.append(trial.label)
            best.append(trial_label(model, trial, found))
        else:
            too_short += 1
    stride = recogniser.stream.stride / recogniser.stream.rate_hz
    name = f'{dataset.info.name}, {_who(dataset.subjects)}'
    evaluation = _score(name, model, predictions, truth, stride, n_messages, Counter(), False)
    scores = evaluation.scores
    scores.stamps = dataset.info.stamps
    if too_short:
        scores.notes.append(f'{too_short} trials are shorter than a window and have no label.')
    if dataset.skipped:
        scores.notes.append(
            f'{len(dataset.skipped)} recordings were skipped: '
            + '; '.join(f'{s.name}: {s.why}' for s in dataset.skipped[:5])
        )
    if y:
        names = sorted(set(y))
        scores.n_trials = len(y)
        scores.trial_macro_f1 = float(
            f1_score(y, best, labels=names, average='macro', zero_division=0)
        )
        scores.trial_accuracy = float(accuracy_score(y, best))
    return evaluation


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
    return signal_for(trial, card.sensor, card.input.rate_hz)


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


def _shifted(segments: list[Segment], content: BagContent) -> list[Segment]:
    """Truth whose seconds count from the bag's beginning, on the bag's clock."""
    year_ns = 365 * 24 * 3600 * 1_000_000_000
    begin_ns = content.begin_ns
    if not segments or begin_ns is None or segments[-1].end_ns > year_ns:
        return segments
    return [Segment(s.start_ns + begin_ns, s.end_ns + begin_ns, s.label) for s in segments]


def _score(
    name: str,
    model: Classifier,
    predictions: list[Prediction],
    truth: list[Segment],
    stride_s: float,
    n_messages: int,
    rejected: Counter[str],
    with_events: bool = True,
) -> Evaluation:
    card = model.card
    lag_s = card.input.lag_s
    instants = [p.end_ns - round(lag_s * 1e9) for p in predictions]
    hours = len(predictions) * stride_s / 3600
    scores = Scores.model_validate(
        {
            'input': name,
            'model': card.name,
            'stamps': _HEADER_STAMPS,
            'hours': hours,
            'n_messages': n_messages,
            'n_rejected': dict(rejected),
            **window_scores(label_at(truth, instants), predictions, card.labels),
        }
    )
    if with_events:
        events = events_of(
            predictions,
            card.labels,
            stride_s=stride_s,
            lag_s=lag_s,
            threshold=card.calibration.unknown_threshold,
        )
        runs = label_runs(predictions, stride_s=stride_s, lag_s=lag_s)
        scores = scores.with_events(score_events(truth, events, hours))
        scores.event_f1_at = {
            f'{iou:g}': score_events(truth, events, hours, min_iou=iou).f1 for iou in _IOUS
        }
        scores.label_run_f1 = score_events(truth, runs, hours).f1
    return Evaluation(scores, predictions, truth, card.labels, lag_s)
