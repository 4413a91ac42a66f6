"""From log-probabilities to a label: temperature, and `unknown` where nothing is likely."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ['OK', 'STALE', 'UNKNOWN', 'Prediction', 'calibrate', 'decide']

OK = 'ok'
UNKNOWN = 'unknown'
STALE = 'stale'


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one window.

    Attributes:
        label: the activity; 'unknown' if the state is not `ok`.
        state: 'ok', 'unknown' (no class is likely enough) or 'stale' (data stopped, or cannot mean
            anything).
        confidence: greatest calibrated probability; 0 if stale.
        probabilities: one per label of the model, calibrated, sum 1; empty if stale.
        start_ns: stamp of the window's first row.
        end_ns: stamp of its last row.
        frame_id: the sensor's frame.
        reason: why it is stale, where data come; otherwise empty.
    """

    label: str
    state: str
    confidence: float
    probabilities: tuple[float, ...]
    start_ns: int
    end_ns: int
    frame_id: str
    reason: str = ''


def calibrate(log_p: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """Probabilities of log-probabilities or logits (N, classes), softened by the temperature.

    Source: C. Guo et al., "On calibration of modern neural networks", ICML 2017, equation 9.
    """
    scaled = np.asarray(log_p, dtype=np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    p: NDArray[np.float64] = np.exp(scaled)
    p /= p.sum(axis=-1, keepdims=True)
    return p


def decide(
    probabilities: NDArray[np.float64], labels: tuple[str, ...], unknown_threshold: float
) -> tuple[str, str, float]:
    """Label, state and confidence of one window's calibrated probabilities (classes,)."""
    best = int(probabilities.argmax())
    confidence = float(probabilities[best])
    if confidence < unknown_threshold:
        return UNKNOWN, UNKNOWN, confidence
    return labels[best], OK, confidence
