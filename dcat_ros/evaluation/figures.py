"""The figures that have intervals, quickly: a bootstrap asks for them a thousand times."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.evaluation.outcomes import FOREIGN, NO_TRUTH, Outcomes
from dcat_ros.evaluation.tally import Tally
from dcat_ros.evaluation.trust import calibration_error, risk_coverage

__all__ = ['event_figures', 'macro_f1', 'unknown_auroc', 'window_figures']


def window_figures(outcomes: Outcomes) -> dict[str, float | None]:
    """Scores of windows under the names that `Scores` gives them; None where there is no window."""
    known = outcomes.known
    n = int(known.sum())
    if not n:
        names = ('macro_f1', 'accuracy', 'balanced_accuracy', 'coverage', 'accuracy_covered')
        return dict.fromkeys((*names, 'aurc', 'calibration_error', 'unknown_auroc'))
    confusion = outcomes.confusion()
    hits, n_true = confusion.diagonal(), confusion.sum(axis=1)
    present = n_true > 0
    right = (outcomes.best == outcomes.truth)[known]
    covered = outcomes.covered[known]
    confidence = outcomes.confidence[known]
    return {
        'macro_f1': macro_f1(confusion),
        'accuracy': float(right.mean()),
        'balanced_accuracy': float((hits[present] / n_true[present]).mean()),
        'coverage': float(covered.mean()),
        'accuracy_covered': float(right[covered].mean()) if covered.any() else None,
        'aurc': risk_coverage(confidence, right).area,
        'calibration_error': calibration_error(confidence, right),
        'unknown_auroc': unknown_auroc(outcomes),
    }


def macro_f1(confusion: NDArray[np.int64]) -> float:
    """Mean of F1 over the labels in truth, of numbers by truth (row) and label, shape (K, K)."""
    n_true, n_found = confusion.sum(axis=1), confusion.sum(axis=0)
    f1 = 2 * confusion.diagonal() / np.maximum(n_true + n_found, 1)
    return float(f1[n_true > 0].mean())


def unknown_auroc(outcomes: Outcomes) -> float | None:
    """How well the confidence tells activities that the model knows from those that it doesn't.

    The chance that a window with a foreign truth is less sure than one with a known truth; 0.5 is
    guessing. None unless there are both.
    """
    some = outcomes.truth != NO_TRUTH
    novel = outcomes.truth[some] == FOREIGN
    if novel.all() or not novel.any():
        return None
    confidence = np.sort(outcomes.confidence[some][~novel])
    less = np.searchsorted(confidence, outcomes.confidence[some][novel], side='right')
    equal = less - np.searchsorted(confidence, outcomes.confidence[some][novel], side='left')
    # of each pair, half a point where both are as sure
    return float(((len(confidence) - less) + equal / 2).mean() / len(confidence))


def event_figures(tally: Tally) -> dict[str, float | None]:
    """Scores of events under the names that `Scores` gives them."""
    return {
        'event_f1': tally.f1,
        'label_run_f1': tally.run_f1,
        'false_alarms_per_hour': tally.false_alarms_per_hour,
        'onset_delay_s': tally.onset_delay_s,
        **{f'event_f1_at.{iou}': f1 for iou, f1 in tally.f1_at().items()},
    }
