"""The layer in closed form, and how it goes together with the base."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.model.taught import Layer, together
from dcat_ros.sensors.amounts import TakeAmounts
from dcat_ros.teach.fit import fit_layer
from dcat_ros.teach.memory import Examples

NUMBERS = st.lists(st.floats(-8, 8), min_size=5, max_size=5)


def log_softmax(scores):
    scores = np.array([scores], np.float64)
    return (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))).astype(np.float32)


@given(NUMBERS, st.lists(st.floats(-8, 8), min_size=3, max_size=3))
def test_old_labels_keep_their_proportions_and_all_add_up_to_one(scores, of_base):
    base, q = log_softmax(of_base), log_softmax(scores)
    p = np.exp(together(base, q).astype(np.float64))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    assert p[0, 3:] == pytest.approx(np.exp(q[0, 3:]), abs=1e-6)
    left = np.exp(q[0, :3].astype(np.float64)).sum()
    assert p[0, :3] == pytest.approx(left * np.exp(base[0]), rel=1e-4, abs=1e-9)


def test_scores_of_two_features_are_those_of_the_normal_equations():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(40, 2)).astype(np.float32)
    classes = np.repeat([0, 1], 20)
    take = Examples(rng.normal(3, 1, (10, 2)).astype(np.float32), np.full(10, 2))
    amounts = TakeAmounts(weight=0.25, margin=0.5, most_margin=1.5)
    found = fit_layer(Examples(features, classes), [(2, take)], 3, amounts)
    # a label's takes weigh as much as a quarter of an old label: of 20 examples
    weights = np.concatenate([np.ones(40), np.full(10, 0.5)])
    weights /= weights.sum()
    x = np.concatenate([features, take.features]).astype(np.float64)
    y = 2 * np.eye(3)[np.concatenate([classes, take.classes])] - 1
    ones = np.column_stack([x, np.ones(50)])
    penalty = np.diag([0.1, 0.1, 0.0])
    expected = 5 * np.linalg.solve(
        ones.T @ (weights[:, None] * ones) + penalty, ones.T @ (weights[:, None] * y)
    )
    np.testing.assert_allclose(found.weight, expected[:2], rtol=1e-4)
    margin = [0, 0, 0.5]
    np.testing.assert_allclose(found.bias, expected[2] - margin, rtol=1e-4, atol=1e-5)


def test_log_q_is_a_distribution():
    layer = Layer(np.eye(3, dtype=np.float32), np.zeros(3, np.float32))
    log_q = layer.log_q(np.array([[300.0, 0.0, -300.0]], np.float32))
    assert np.exp(log_q[0].astype(np.float64)) == pytest.approx([1, 0, 0], abs=1e-6)
