"""How a whole trial of a depth camera is shown to a network."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.depth.crop import pooled
from dcat_ros.sensors.sensor import MakeView
from dcat_ros.signals import Signal

__all__ = ['frames']

Values = NDArray[np.float64]

_N_FRAMES = 12  # of a trial


def frames(size: int) -> MakeView:
    """12 frames of (mask, relative depth); smaller ones are means over valid pixels."""

    def make(signal: Signal, rng: np.random.Generator) -> Values:
        at = np.round(np.linspace(0, len(signal.values) - 1, _N_FRAMES)).astype(np.int64)
        return pooled(signal.values[at], size).astype(np.float64)

    return make
