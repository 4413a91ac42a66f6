"""In which order stretches are offered."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.label.teaching_order import projection, teaching_order

NOBODY = np.zeros(4, np.bool_)


def test_the_doubtful_one_comes_before_the_certain_one():
    features = np.eye(4)
    assert teaching_order(np.array([0.1, 0.9, 0.5, 0.2]), features, NOBODY)[0] == 1


def test_of_two_alike_one_comes_late_however_doubtful_it_is():
    features = np.array([[1.0, 0, 0], [1.0, 0.01, 0], [0, 1.0, 0], [0, 0, 1.0]])
    order = teaching_order(np.array([0.9, 0.89, 0.5, 0.4]), features, NOBODY)
    assert order == [0, 2, 3, 1]


def test_what_is_like_a_labelled_one_comes_late_and_that_one_never():
    features = np.array([[1.0, 0, 0], [1.0, 0.01, 0], [0, 1.0, 0], [0, 0, 1.0]])
    known = np.array([True, False, False, False])
    assert teaching_order(np.array([0.9, 0.89, 0.5, 0.4]), features, known) == [2, 3, 1]


@given(st.integers(0, 12), st.integers(0, 2**31), st.booleans())
def test_each_without_a_label_comes_once(n, seed, is_certain):
    rng = np.random.default_rng(seed)
    known = rng.random(n) < 0.4
    doubt = np.zeros(n) if is_certain else rng.random(n)
    order = teaching_order(doubt, rng.normal(size=(n, 3)), known)
    assert sorted(order) == np.flatnonzero(~known).tolist()


def test_mixtures_keep_distances():
    features = np.random.default_rng(0).normal(size=(20, 2000))
    mixed = features @ projection(2000)
    was = np.linalg.norm(features[:, None] - features[None], axis=2)[np.triu_indices(20, 1)]
    now = np.linalg.norm(mixed[:, None] - mixed[None], axis=2)[np.triu_indices(20, 1)]
    assert np.abs(now / was - 1).max() < 0.45
