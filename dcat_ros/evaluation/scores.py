"""Scores by window and by trial, and the record in which all scores are kept."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from dcat_ros.evaluation.events import EventScores
from dcat_ros.evaluation.trust import calibration_error, risk_coverage
from dcat_ros.streaming.decision import OK, Prediction

__all__ = ['ClassScore', 'Scores', 'best_label', 'window_scores']


class ClassScore(BaseModel):
    """Scores of one label.

    Attributes:
        precision: share of right ones among the predictions of this label.
        recall: share of right ones among the windows of this label.
        f1: their harmonic mean.
        support: number of windows with this label in truth.
    """

    model_config = ConfigDict(extra='forbid')

    precision: float
    recall: float
    f1: float
    support: int


class Scores(BaseModel):
    """All scores of one evaluation. The JSON output is exactly this.

    Attributes:
        input: what was scored.
        model: name of the model.
        stamps: where the times come from.
        hours: length of what was scored.
        n_messages: messages read.
        n_rejected: messages that could not be used, by reason.
        n_windows: windows with a truth that the model knows; what follows is over these.
        n_without_truth: windows without truth.
        n_foreign_truth: windows with a truth that the model does not know, by label.
        macro_f1: mean over the labels in truth of F1 of the likeliest label, `unknown` or not;
            None if there is no window.
        accuracy: share of windows whose likeliest label is right.
        balanced_accuracy: mean over the labels in truth of their recall.
        coverage: share of windows that are not `unknown`.
        accuracy_covered: share of right ones among those.
        aurc: mean share of wrong ones among the surest windows, over all coverages; lower is
            better.
        calibration_error: mean distance of confidence and accuracy (ECE, 15 bins).
        per_class: by label.
        confusion_labels: order of rows and columns of `confusion`.
        confusion: number of windows by truth (row) and likeliest label (column).
        n_true_events: activities in truth; None where events make no sense.
        n_predicted_events: events in the predictions.
        n_matched_events: pairs with one label and IoU >= 0.5.
        event_f1: 2 matched / (true + predicted).
        event_f1_at: the same by the least IoU of a match: '0.1', '0.25', '0.5'.
        false_alarms: predicted events that touch no true one.
        false_alarms_per_hour: of recording.
        onset_delay_s: median time from a true start to the first right label.
        label_run_f1: event-F1 if every run of one published label counts as an event.
        n_trials: trials, where the input has trials.
        trial_macro_f1: macro-F1 of one label per trial.
        trial_accuracy: share of trials with the right label.
        notes: what a reader should know, one sentence each.
    """

    model_config = ConfigDict(extra='forbid')

    input: str
    model: str
    stamps: str
    hours: float
    n_messages: int
    n_rejected: dict[str, int] = {}
    n_windows: int
    n_without_truth: int
    n_foreign_truth: dict[str, int] = {}
    macro_f1: float | None
    accuracy: float | None
    coverage: float | None
    accuracy_covered: float | None
    balanced_accuracy: float | None = None
    aurc: float | None = None
    calibration_error: float | None = None
    per_class: dict[str, ClassScore] = {}
    confusion_labels: list[str] = []
    confusion: list[list[int]] = []
    n_true_events: int | None = None
    n_predicted_events: int | None = None
    n_matched_events: int | None = None
    event_f1: float | None = None
    event_f1_at: dict[str, float] = {}
    false_alarms: int | None = None
    false_alarms_per_hour: float | None = None
    onset_delay_s: float | None = None
    label_run_f1: float | None = None
    n_trials: int | None = None
    trial_macro_f1: float | None = None
    trial_accuracy: float | None = None
    notes: list[str] = []

    def with_events(self, events: EventScores) -> 'Scores':
        """The same with the scores of events."""
        return self.model_copy(
            update={
                'n_true_events': events.n_true,
                'n_predicted_events': events.n_predicted,
                'n_matched_events': events.n_matched,
                'event_f1': events.f1,
                'false_alarms': events.false_alarms,
                'false_alarms_per_hour': events.false_alarms_per_hour,
                'onset_delay_s': events.onset_delay_s,
            }
        )


def best_label(prediction: Prediction, labels: Sequence[str]) -> str:
    """The likeliest label, also where the state is `unknown`."""
    return labels[int(np.argmax(prediction.probabilities))]


def window_scores(
    truth: Sequence[str], predictions: Sequence[Prediction], labels: Sequence[str]
) -> dict[str, object]:
    """The fields of `Scores` that count windows.

    Args:
        truth: one label per prediction; '' for none.
        predictions: with probabilities.
        labels: of the model.
    """
    known = set(labels)
    foreign: dict[str, int] = {}
    pairs: list[tuple[str, Prediction]] = []
    for label, prediction in zip(truth, predictions, strict=True):
        if label in known:
            pairs.append((label, prediction))
        elif label:
            foreign[label] = foreign.get(label, 0) + 1
    fields: dict[str, object] = {
        'n_windows': len(pairs),
        'n_without_truth': sum(1 for label in truth if not label),
        'n_foreign_truth': foreign,
        'macro_f1': None,
        'accuracy': None,
        'coverage': None,
        'accuracy_covered': None,
    }
    if not pairs:
        return fields
    y = [label for label, _ in pairs]
    best = [best_label(p, labels) for _, p in pairs]
    right = np.array([a == b for a, b in zip(y, best, strict=True)])
    covered = np.array([p.state == OK for _, p in pairs])
    sure = np.array([max(p.probabilities) for _, p in pairs])
    in_truth = [label for label in labels if label in set(y)]
    columns = [label for label in labels if label in set(y) | set(best)]
    precision, recall, f1, support = precision_recall_fscore_support(
        y, best, labels=in_truth, zero_division=0
    )
    fields |= {
        'macro_f1': float(f1.mean()),
        'accuracy': float(right.mean()),
        'coverage': float(covered.mean()),
        'accuracy_covered': float(right[covered].mean()) if covered.any() else None,
        'balanced_accuracy': float(recall.mean()),
        'aurc': risk_coverage(sure, right).area,
        'calibration_error': calibration_error(sure, right),
        'per_class': {
            label: ClassScore(
                precision=float(precision[i]),
                recall=float(recall[i]),
                f1=float(f1[i]),
                support=int(support[i]),
            )
            for i, label in enumerate(in_truth)
        },
        'confusion_labels': columns,
        'confusion': confusion_matrix(y, best, labels=columns).tolist(),
    }
    return fields
