"""The record in which all scores of an evaluation are kept."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from pydantic import BaseModel, ConfigDict

from dcat_ros.evaluation.figures import window_figures
from dcat_ros.evaluation.outcomes import NO_TRUTH, Outcomes
from dcat_ros.evaluation.tally import Tally
from dcat_ros.streaming.decision import Prediction

__all__ = ['ClassScore', 'Scores', 'best_label', 'event_scores', 'window_scores']


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
    """All scores of one model on one input, or on all of them.

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
        unknown_auroc: how well the confidence tells windows whose truth the model knows from
            those whose truth it does not; None unless there are both.
        calibration_error: mean distance of confidence and accuracy (ECE, 15 bins).
        per_class: by label.
        confusion_labels: order of rows and columns of `confusion`.
        confusion: number of windows by truth (row) and likeliest label (column).
        n_true_events: activities in truth; None where events make no sense.
        n_predicted_events: events in the predictions.
        n_matched_events: pairs with one label and IoU >= 0.5.
        event_f1: 2 matched / (true + predicted).
        event_f1_at: the same by the least IoU of a match: '0.1', '0.25', '0.5'.
        ward: numbers of events by what became of them, see `dcat_ros.evaluation.ward.Ward`.
        false_alarms: predicted events that touch no true one.
        false_alarms_per_hour: of recording.
        onset_delay_s: median time from a true start to the first right label.
        label_run_f1: event-F1 if every run of one published label counts as an event.
        n_trials: trials, where the input has trials.
        trial_macro_f1: macro-F1 of one label per trial.
        trial_accuracy: share of trials with the right label.
        notes: what a reader should know, one sentence each.
        doubts: why the data, and so all these scores, are not to be believed; one sentence each.
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
    unknown_auroc: float | None = None
    per_class: dict[str, ClassScore] = {}
    confusion_labels: list[str] = []
    confusion: list[list[int]] = []
    n_true_events: int | None = None
    n_predicted_events: int | None = None
    n_matched_events: int | None = None
    event_f1: float | None = None
    event_f1_at: dict[str, float] = {}
    ward: dict[str, int] = {}
    false_alarms: int | None = None
    false_alarms_per_hour: float | None = None
    onset_delay_s: float | None = None
    label_run_f1: float | None = None
    n_trials: int | None = None
    trial_macro_f1: float | None = None
    trial_accuracy: float | None = None
    notes: list[str] = []
    doubts: list[str] = []


def best_label(prediction: Prediction, labels: Sequence[str]) -> str:
    """The likeliest label, also where the state is `unknown`."""
    return labels[int(np.argmax(prediction.probabilities))]


def window_scores(outcomes: Outcomes) -> dict[str, object]:
    """The fields of `Scores` that count windows."""
    known = outcomes.known
    return {
        'n_windows': int(known.sum()),
        'n_without_truth': int((outcomes.truth == NO_TRUTH).sum()),
        'n_foreign_truth': dict(outcomes.foreign),
        **window_figures(outcomes),
        **(_by_label(outcomes) if known.any() else {}),
    }


def _by_label(outcomes: Outcomes) -> dict[str, object]:
    confusion = outcomes.confusion()
    hits, n_true, n_found = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    in_truth, columns = np.flatnonzero(n_true), np.flatnonzero(n_true + n_found)
    return {
        'per_class': {
            outcomes.labels[label]: ClassScore(
                precision=float(hits[label] / max(n_found[label], 1)),
                recall=float(hits[label] / n_true[label]),
                f1=float(2 * hits[label] / (n_true[label] + n_found[label])),
                support=int(n_true[label]),
            )
            for label in in_truth
        },
        'confusion_labels': [outcomes.labels[label] for label in columns],
        'confusion': confusion[np.ix_(columns, columns)].tolist(),
    }


def event_scores(tally: Tally) -> dict[str, object]:
    """The fields of `Scores` that count events."""
    return {
        'n_true_events': tally.n_true,
        'n_predicted_events': tally.n_predicted,
        'n_matched_events': tally.n_matched[-1],
        'event_f1': tally.f1,
        'event_f1_at': tally.f1_at(),
        'ward': asdict(tally.ward),
        'false_alarms': tally.false_alarms,
        'false_alarms_per_hour': tally.false_alarms_per_hour,
        'onset_delay_s': tally.onset_delay_s,
        'label_run_f1': tally.run_f1,
    }
