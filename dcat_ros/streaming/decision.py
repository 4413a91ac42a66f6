"""From log-probabilities to a label: temperature, and `unknown` where nothing is likely."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import ForeignKinds

__all__ = ['OK', 'STALE', 'UNKNOWN', 'Prediction', 'calibrate', 'decide', 'foreign_of', 'softened']

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
        reason: why it is stale, where data come, or `unknown` for another reason than a small
            probability; otherwise empty.
    """

    label: str
    state: str
    confidence: float
    probabilities: tuple[float, ...]
    start_ns: int
    end_ns: int
    frame_id: str
    reason: str = ''


def foreign_of(
    foreign: ForeignKinds, kinds: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The likeliest foreign kind of each window (N,), and its log odds (N,).

    Args:
        foreign: which are.
        kinds: log odds (N, kinds) of all that the encoder knows.
    """
    places = np.array(foreign.kinds)
    best = np.asarray(kinds)[:, places].argmax(axis=1)
    which = places[best]
    return which, np.asarray(kinds)[np.arange(len(which)), which].astype(np.float64)


def softened(
    temperature: float, foreign: ForeignKinds, odds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Temperatures (N, 1) of windows whose likeliest foreign kinds have these log odds (N,)."""
    above = np.maximum(0.0, odds - foreign.usual)
    return np.asarray(temperature * (1 + foreign.slope * above))[:, None]


def calibrate(
    log_p: NDArray[np.floating], temperature: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probabilities of log-probabilities or logits (N, classes), softened by the temperature.

    That is one for all, or one for each (N, 1).

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
