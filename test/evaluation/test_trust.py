"""Risk-coverage and calibration against literal definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.evaluation.trust import calibration_error, reliability, risk_coverage

#: never at the edge of a bin, which has no exact floating-point number
CONFIDENCES = [(i + 0.5) / 101 for i in range(101)]
WINDOWS = st.lists(st.tuples(st.sampled_from(CONFIDENCES), st.booleans()), min_size=1, max_size=60)


def literal_area(windows):
    """Mean over the windows of the risk among those that are at least as sure."""
    total = 0.0
    for sure, _ in windows:
        answered = [right for other, right in windows if other >= sure]
        total += sum(not right for right in answered) / len(answered)
    return total / len(windows)


def literal_error(windows, n_bins):
    total = 0.0
    for i in range(n_bins):
        low, high = i / n_bins, (i + 1) / n_bins
        inside = [(c, r) for c, r in windows if low < c <= high or (i == 0 and c == 0)]
        if inside:
            confidence = sum(c for c, _ in inside) / len(inside)
            accuracy = sum(r for _, r in inside) / len(inside)
            total += abs(confidence - accuracy) * len(inside)
    return total / len(windows)


@given(WINDOWS)
def test_area_below_the_curve_is_the_literal_mean_of_risks(windows):
    confidence, right = zip(*windows, strict=True)
    curve = risk_coverage(confidence, right)
    assert curve.area == pytest.approx(literal_area(windows))
    assert curve.coverage[-1] == 1
    assert curve.risk[-1] == pytest.approx(1 - np.mean(right))
    assert (np.diff(curve.coverage) > 0).all()


@given(WINDOWS, st.permutations(range(60)))
def test_the_order_of_the_windows_does_not_matter(windows, order):
    moved = [windows[i] for i in order if i < len(windows)]
    a = risk_coverage(*zip(*windows, strict=True))
    b = risk_coverage(*zip(*moved, strict=True))
    assert a.area == pytest.approx(b.area)


@given(WINDOWS, st.sampled_from([1, 4, 5, 20]))
def test_calibration_error_is_the_literal_one(windows, n_bins):
    confidence, right = zip(*windows, strict=True)
    found = calibration_error(confidence, right, n_bins)
    assert found == pytest.approx(literal_error(windows, n_bins))


def test_bins_count_every_window_once():
    mean, accuracy, counts = reliability([0.0, 0.1, 0.95, 1.0], [False, True, True, False], 10)
    assert counts.tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (mean[0], accuracy[0], accuracy[-1]) == (0.05, 0.5, 0.5)
    assert np.isnan(mean[1])


def test_a_perfect_order_has_the_least_area():
    right = [True] * 8 + [False] * 2
    best = risk_coverage(np.linspace(1, 0.1, 10), right).area
    worst = risk_coverage(np.linspace(0.1, 1, 10), right).area
    assert best < 0.05 < worst


@pytest.mark.parametrize(('confidence', 'right'), [([], []), ([0.5], [True, False])])
def test_no_windows_is_an_error(confidence, right):
    with pytest.raises(ValueError, match='no windows'):
        risk_coverage(confidence, right)


@given(WINDOWS, st.sampled_from([4, 15]))
def test_calibration_error_is_that_of_torchmetrics(windows, n_bins):
    torch = pytest.importorskip('torch')
    reference = pytest.importorskip('torchmetrics.functional.classification')
    # the likelier of two labels; never at the edge of a bin, which belongs to another one there
    windows = [(0.503 + 0.49 * sure, right) for sure, right in windows]
    p = torch.tensor([[sure, 1 - sure] for sure, _ in windows], dtype=torch.float64)
    y = torch.tensor([0 if right else 1 for _, right in windows])
    theirs = reference.multiclass_calibration_error(p, y, num_classes=2, n_bins=n_bins)
    ours = calibration_error(*zip(*windows, strict=True), n_bins)
    assert ours == pytest.approx(float(theirs), abs=1e-6)
