"""Intervals and differences, against libraries and against what must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import f1_score

from dcat_ros.experiment.cells import Run
from dcat_ros.experiment.statistics import Draws, difference, macro_f1, mcnemar, score


def made_run(truth, predicted, rotation=0, first=0, n_subjects=4):
    trials = list(range(first, first + len(truth)))
    subjects = [str(i % n_subjects) for i in trials]
    return Run(
        rotation=rotation,
        trials=trials,
        subjects=subjects,
        truth=list(truth),
        predicted=list(predicted),
    )


def random_run(share_right, seed=0, n=80, n_classes=5, **options):
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % n_classes
    predicted = np.where(rng.random(n) < share_right, truth, rng.integers(0, n_classes, n))
    return made_run(truth.tolist(), predicted.tolist(), **options)


answers = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=30)


@given(answers)
def test_macro_f1_of_the_recordings_as_they_are_is_sklearns(pairs):
    truth, predicted = zip(*pairs, strict=True)
    run = made_run(truth, predicted)
    labels = sorted(set(truth))
    expected = f1_score(truth, predicted, labels=labels, average='macro', zero_division=0)
    assert score([run], Draws([run], n=3)).value == pytest.approx(expected)


def test_macro_f1_of_a_resample_is_sklearns_of_the_repeated_trials():
    run = random_run(0.6)
    draws = Draws([run], n=20)
    weights = draws.of(run)
    found = macro_f1(run, weights)
    for row, value in zip(weights, found, strict=True):
        times = row.astype(int)
        truth, predicted = np.repeat(run.truth, times), np.repeat(run.predicted, times)
        labels = sorted(set(truth))
        expected = f1_score(truth, predicted, labels=labels, average='macro', zero_division=0)
        assert value == pytest.approx(expected)


def test_draws_take_subjects_and_then_each_ones_trials():
    run = random_run(0.5)
    weights = Draws([run], n=300).of(run)[1:]
    np.testing.assert_array_equal(weights.sum(axis=1), len(run.trials))
    subjects = np.array(run.subjects)
    n_of = np.array([weights[:, subjects == s].sum(axis=1) for s in '0123'])
    # whole subjects: each is drawn 0, 1, 2, … times with all its 20 trials
    assert (n_of % 20 == 0).all()
    assert len(set(n_of.ravel())) > 2
    # within a subject, trials are drawn with replacement
    assert weights[:, subjects == '0'].max() > n_of[0].max() / 20


def test_difference_of_a_method_to_itself_is_nothing():
    runs = [random_run(0.6, seed) for seed in range(3)]
    found = difference(runs, runs, Draws(runs))
    assert (found.value, found.low, found.high, found.clear) == (0, 0, 0, False)


def test_difference_turns_its_sign_with_the_order():
    one, two = [random_run(0.9)], [random_run(0.5, 1)]
    draws = Draws([*one, *two])
    a, b = difference(one, two, draws), difference(two, one, draws)
    assert (a.value, a.low, a.high) == pytest.approx((-b.value, -b.high, -b.low))
    assert a.clear
    assert a.low > 0.1


def test_difference_is_paired_the_same_trials_for_both():
    """Two that err on the same trials differ by less than each one's interval is wide."""
    one = random_run(0.6)
    predicted = [p if i else (p + 1) % 5 for i, p in enumerate(one.predicted)]
    two = one.model_copy(update={'predicted': predicted})
    draws = Draws([one, two])
    apart = score([one], draws)
    found = difference([one], [two], draws)
    assert found.high - found.low < 0.3 * (apart.high - apart.low)


def test_interval_is_wider_when_subjects_differ():
    truth = list(range(5)) * 16
    rows = np.arange(80)
    alike = [t if (i // 4) % 2 else (t + 1) % 5 for i, t in zip(rows, truth, strict=True)]
    apart = [t if i % 4 < 2 else (t + 1) % 5 for i, t in zip(rows, truth, strict=True)]
    widths = []
    for predicted in (alike, apart):
        run = made_run(truth, predicted)
        interval = score([run], Draws([run]))
        assert interval.low < interval.value < interval.high
        widths.append(interval.high - interval.low)
    assert widths[1] > 1.5 * widths[0]


def test_mcnemar_is_the_binomial_test_on_what_only_one_gets_right():
    truth = [0] * 30
    one = made_run(truth, [0] * 20 + [1] * 10)
    two = made_run(truth, [0] * 8 + [1] * 12 + [0] * 3 + [1] * 7)
    assert mcnemar([one], [two]) == pytest.approx(binomtest(12, 15).pvalue)
    assert mcnemar([one], [one]) == 1.0
    # the median of the runs: the same trial in several is not several trials
    assert mcnemar([one] * 9, [two] * 9) == pytest.approx(binomtest(12, 15).pvalue)


def test_resample_without_anybody_of_a_run_says_nothing_of_it():
    """Two runs that test one subject each: a draw of one of them is no score of zero."""
    truth = [i % 5 for i in range(40)]
    runs = [made_run(truth, truth, first=100 * i, n_subjects=1) for i in range(2)]
    runs[1] = runs[1].model_copy(update={'subjects': ['other'] * 40})
    interval = score(runs, Draws(runs))
    assert (interval.value, interval.low, interval.high) == (1, 1, 1)
