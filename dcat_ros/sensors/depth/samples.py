"""From the cut-out frames of a depth camera to the samples that a network is given."""

import numpy as np

from dcat_ros.sensors.depth.crop import pooled
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.signals import Signal

__all__ = ['frames_on_grid']


def frames_on_grid(sensor: Sensor, signal: Signal, rate_hz: float) -> Signal:
    """The nearest frames on a grid of this rate, pooled and flattened: channel, row, column."""
    n = max(2, int(signal.duration_s * rate_hz) + 1)
    grid_ns = signal.stamps_ns[0] + np.round(np.arange(n) * (1e9 / rate_hz)).astype(np.int64)
    middles = (signal.stamps_ns[1:] + signal.stamps_ns[:-1]) // 2
    nearest = np.searchsorted(middles, grid_ns)
    frames = pooled(signal.values[nearest], sensor.size or 1)
    return Signal(grid_ns, frames.reshape(n, -1))
