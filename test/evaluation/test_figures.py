"""The quick figures against scikit-learn, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from dcat_ros.evaluation.figures import window_figures
from dcat_ros.evaluation.outcomes import FOREIGN, NO_TRUTH, Outcomes

LABELS = ('a', 'b', 'c', 'd')


def outcomes(truth, best, confidence=None, covered=None):
    n = len(truth)
    return Outcomes(
        LABELS,
        np.array(truth, np.int32),
        np.array(best, np.int32),
        np.linspace(0.3, 0.9, n) if confidence is None else np.array(confidence, float),
        np.ones(n, bool) if covered is None else np.array(covered, bool),
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_figures_are_those_of_scikit_learn(pairs):
    truth, best = zip(*pairs, strict=True)
    found = window_figures(outcomes(truth, best))
    labels = sorted(set(truth))
    f1 = f1_score(truth, best, labels=labels, average='macro', zero_division=0)
    assert found['macro_f1'] == pytest.approx(f1)
    recalls = [np.mean(np.array(best)[np.array(truth) == t] == t) for t in labels]
    assert found['balanced_accuracy'] == pytest.approx(np.mean(recalls))
    if set(best) <= set(truth):
        assert found['balanced_accuracy'] == pytest.approx(balanced_accuracy_score(truth, best))


def test_unknown_auroc_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    truth = rng.choice([0, 1, NO_TRUTH, FOREIGN], 200)
    sure = rng.random(200)
    some = truth != NO_TRUTH
    expected = roc_auc_score(truth[some] == FOREIGN, -sure[some])
    found = window_figures(outcomes(truth, np.zeros(200), sure))
    assert found['unknown_auroc'] == pytest.approx(expected)


@pytest.mark.parametrize(
    ('confidence', 'expected'), [([0.9, 0.8, 0.2], 1.0), ([0.2, 0.3, 0.9], 0.0)]
)
def test_unknown_auroc_by_hand(confidence, expected):
    found = window_figures(outcomes([0, 1, FOREIGN], [0, 1, 0], confidence))
    assert found['unknown_auroc'] == expected


@pytest.mark.parametrize('truth', [[0, 1, NO_TRUTH], [FOREIGN, FOREIGN], [NO_TRUTH], []])
def test_unknown_auroc_needs_both(truth):
    assert window_figures(outcomes(truth, [0] * len(truth)))['unknown_auroc'] is None
