"""How a whole trial of motion is shown to a network."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.views import stretched
from dcat_ros.signals import Signal

__all__ = ['whole']


def whole(signal: Signal, rng: np.random.Generator) -> NDArray[np.float64]:
    """All of it, as 32 samples."""
    return stretched(signal.values, 32)
