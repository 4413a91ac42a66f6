"""What rows of sound are made of, and how: for a stream as for a recording."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.sound.log_mel import HOP_S, N_MELS, RATE_HZ, WINDOW_S, log_mel

__all__ = ['LOG_MEL', 'Frames']

_NS = 1_000_000_000


@dataclass(frozen=True)
class Frames:
    """Whole frames of sound, a row each.

    Attributes:
        rate_hz: of the sound.
        window: samples of a frame.
        hop: samples between the starts of two.
        n_bands: values of a row.
        rows: of samples (n,) in [-1, 1] the rows (1 + (n - window) // hop, n_bands) in dB.
    """

    rate_hz: int
    window: int
    hop: int
    n_bands: int
    rows: Callable[[NDArray[np.float32]], NDArray[np.float32]]

    def ends_ns(self, first: int, n: int) -> NDArray[np.int64]:
        """When n frames from this one on end, in ns since the first sample."""
        ends = self.window + self.hop * np.arange(first, first + n)
        return np.round(ends * (_NS / self.rate_hz)).astype(np.int64)


LOG_MEL = Frames(RATE_HZ, round(WINDOW_S * RATE_HZ), round(HOP_S * RATE_HZ), N_MELS, log_mel)
