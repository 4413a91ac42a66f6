"""How a whole trial of an inertial sensor is shown to a network: whole, or poorer."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.inertial.samples import GRAVITY
from dcat_ros.sensors.sensor import MakeView
from dcat_ros.sensors.views import stretched
from dcat_ros.signals import Signal

__all__ = ['beginning', 'poor_accelerometer']

Values = NDArray[np.float64]

_POOR_RATE_HZ = 12.5
_POOR_NOISE = 0.1 * GRAVITY  # standard deviation per axis


def beginning(channels: slice, share: float = 1.0) -> MakeView:
    """The first `share` of the recording, as 96 samples."""

    def make(signal: Signal, rng: np.random.Generator) -> Values:
        n = max(2, round(share * len(signal.values)))
        return stretched(signal.values[:n, channels], 96)

    return make


def poor_accelerometer(signal: Signal, rng: np.random.Generator) -> Values:
    """Acceleration alone, at 12.5 Hz without a low-pass, with noise of 0.1 g."""
    times = np.arange(0, signal.duration_s, 1 / _POOR_RATE_HZ)
    nearest = np.searchsorted(signal.stamps_ns, times * 1e9 + signal.stamps_ns[0])
    acceleration = signal.values[np.minimum(nearest, len(signal.values) - 1), :3]
    return stretched(acceleration + rng.normal(scale=_POOR_NOISE, size=acceleration.shape), 48)
