"""How far a confidence can be trusted: calibration, and what abstaining buys."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ['RiskCoverage', 'calibration_error', 'reliability', 'risk_coverage']

_BINS = 15


@dataclass(frozen=True)
class RiskCoverage:
    """What is wrong if only the surest windows are answered.

    Attributes:
        coverage: share of windows answered, ascending, one point for each distinct confidence.
        risk: share of wrong ones among those.
        area: mean risk over all coverages (AURC); lower is better.
    """

    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    area: float


def risk_coverage(confidence: ArrayLike, right: ArrayLike) -> RiskCoverage:
    """The risk-coverage curve and the area below it.

    Source: Y. Geifman, G. Uziel, R. El-Yaniv, "Bias-reduced uncertainty estimation for deep neural
    classifiers", ICLR 2019, section 2. Windows of one confidence are answered together, so that
    the order in which they stand does not matter.

    Args:
        confidence: shape (n,), n at least 1.
        right: shape (n,), whether the likeliest label is the true one.

    Raises:
        ValueError: there is no window, or the shapes differ.
    """
    sure, hit = _checked(confidence, right)
    order = np.argsort(-sure, kind='stable')
    wrong = np.cumsum(~hit[order])
    # the last of each run of equal confidences
    ends = np.flatnonzero(np.append(np.diff(sure[order]) != 0, True))
    n_answered = ends + 1
    risk = wrong[ends] / n_answered
    steps = np.diff(n_answered, prepend=0)
    return RiskCoverage(n_answered / len(sure), risk, float((risk * steps).sum() / len(sure)))


def reliability(
    confidence: ArrayLike, right: ArrayLike, n_bins: int = _BINS
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Mean confidence, accuracy and number of windows in bins of equal width over [0, 1].

    Args:
        confidence: shape (n,), in [0, 1].
        right: shape (n,), whether the likeliest label is the true one.
        n_bins: number of bins.

    Returns:
        Three arrays (n_bins,); confidence and accuracy are NaN in an empty bin.

    Raises:
        ValueError: there is no window, or the shapes differ.
    """
    sure, hit = _checked(confidence, right)
    # the upper edge belongs to a bin, as in the source of `calibration_error`
    which = np.clip(np.ceil(sure * n_bins).astype(np.int64) - 1, 0, n_bins - 1)
    counts = np.bincount(which, minlength=n_bins)
    with np.errstate(invalid='ignore'):
        mean = np.bincount(which, sure, n_bins) / counts
        accuracy = np.bincount(which, hit, n_bins) / counts
    return mean, accuracy, counts


def calibration_error(confidence: ArrayLike, right: ArrayLike, n_bins: int = _BINS) -> float:
    """Expected calibration error (ECE): mean distance of confidence and accuracy over the windows.

    Source: C. Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.

    Raises:
        ValueError: there is no window, or the shapes differ.
    """
    mean, accuracy, counts = reliability(confidence, right, n_bins)
    distance = np.abs(mean - accuracy)
    return float((np.nan_to_num(distance) * counts).sum() / counts.sum())


def _checked(
    confidence: ArrayLike, right: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    sure, hit = np.asarray(confidence, np.float64), np.asarray(right, np.bool_)
    if sure.ndim != 1 or sure.shape != hit.shape or not len(sure):
        raise ValueError(f'{sure.shape} confidences and {hit.shape} outcomes are no windows')
    return sure, hit
