"""What an evaluation gives: scores, and what they were computed from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dcat_ros.evaluation.events import events_of, label_runs
from dcat_ros.evaluation.outcomes import Outcomes
from dcat_ros.evaluation.prediction_log import end_stamps
from dcat_ros.evaluation.scores import Scores, event_scores, window_scores
from dcat_ros.evaluation.tally import Tally, tally_of
from dcat_ros.segment import Segment
from dcat_ros.streaming.decision import Prediction
from dcat_ros.streaming.recogniser import Classifier
from dcat_ros.truth import label_at

__all__ = ['HEADER_STAMPS', 'Evaluation', 'score']

HEADER_STAMPS = 'header stamps'


@dataclass
class Evaluation:
    """Scores, and what they were computed from.

    Attributes:
        scores: the record.
        predictions: in the order of time.
        truth: intervals, on the same clock.
        labels: of the model.
        lag_s: a label speaks for the instant so long before its window's end.
        stride_s: distance of two predictions.
        outcomes: the windows as numbers.
        tally: the events as numbers; None where events make no sense.
        path: the bag; None for a data set.
        topic: of the model's sensor in the bag.
        macro_f1: that the model's card promises; None if it says nothing.
    """

    scores: Scores
    predictions: Sequence[Prediction]
    truth: list[Segment]
    labels: tuple[str, ...]
    lag_s: float
    stride_s: float
    outcomes: Outcomes
    tally: Tally | None = None
    path: Path | None = None
    topic: str = ''
    macro_f1: float | None = None

    def instants(self) -> list[int]:
        """The times in ns that the predictions speak for."""
        return [*(end_stamps(self.predictions) - round(self.lag_s * 1e9)).tolist()]


def score(
    name: str,
    model: Classifier,
    predictions: Sequence[Prediction],
    truth: list[Segment],
    stride_s: float,
    n_messages: int,
    rejected: Counter[str],
    *,
    with_events: bool = True,
) -> Evaluation:
    """Score predictions.

    Args:
        name: of what was scored.
        model: that predicted.
        predictions: of one stream, in the order of time, with probabilities.
        truth: intervals.
        stride_s: distance of two predictions.
        n_messages: read.
        rejected: number of unusable messages by reason.
        with_events: whether the input is a stream, in which events make sense.
    """
    card = model.card
    lag_s = card.input.lag_s
    instants = (end_stamps(predictions) - round(lag_s * 1e9)).tolist()
    hours = len(predictions) * stride_s / 3600
    outcomes = Outcomes.of(label_at(truth, instants), predictions, card.labels)
    fields = window_scores(outcomes)
    tally = None
    if with_events:
        events = events_of(
            predictions,
            card.labels,
            stride_s=stride_s,
            lag_s=lag_s,
            threshold=card.calibration.unknown_threshold,
        )
        runs = label_runs(predictions, stride_s=stride_s, lag_s=lag_s)
        tally = tally_of(truth, events, runs, hours)
        fields |= event_scores(tally)
    scores = Scores.model_validate(
        {
            'input': name,
            'model': card.name,
            'stamps': HEADER_STAMPS,
            'hours': hours,
            'n_messages': n_messages,
            'n_rejected': dict(rejected),
            **fields,
        }
    )
    return Evaluation(scores, predictions, truth, card.labels, lag_s, stride_s, outcomes, tally)
