"""Temperature and unknown threshold from predictions on held-out subjects."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from dcat_ros.card.card import Calibration
from dcat_ros.streaming.decision import calibrate

__all__ = ['fit_calibration']


def fit_calibration(
    log_p: NDArray[np.float32], classes: NDArray[np.int64], unknown_at: float, fitted_on: str
) -> Calibration:
    """The temperature with the least negative log-likelihood, and a threshold.

    Args:
        log_p: log-probabilities of windows that the network was not trained on, (N, classes).
        classes: their true classes, (N,).
        unknown_at: the threshold is the quantile of the confidences of right predictions at
            which this share of them becomes `unknown`.
        fitted_on: which recordings, for people.
    """

    def loss(log_temperature: float) -> float:
        p = calibrate(log_p, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(p[np.arange(len(p)), classes], 1e-12)).mean())

    found = minimize_scalar(loss, bounds=(-3.0, 3.0), method='bounded')
    temperature = float(np.exp(found.x))
    p = calibrate(log_p, temperature)
    right = p.argmax(axis=1) == classes
    threshold = float(np.quantile(p.max(axis=1)[right], unknown_at)) if right.any() else 0.0
    return Calibration(
        temperature=round(temperature, 4),
        unknown_threshold=round(threshold, 4),
        fitted_on=fitted_on,
    )
