"""What a microphone gives while nothing is heard."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.sound.log_mel import HOP_S, RATE_HZ, WINDOW_S, log_mel

__all__ = ['quiet', 'quiet_rows']


def quiet(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """White noise of a microphone, -90 to -60 dB of full scale; one pause in five has none."""
    level = 10 ** (rng.uniform(-90, -60) / 20) * (rng.random() < 0.8)
    return rng.normal(size=(n, before.shape[1])) * level


def quiet_rows(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """The same as n log-mel rows (n, 64) in dB."""
    n_samples = round((WINDOW_S + HOP_S * max(0, n - 1)) * RATE_HZ)
    sound = quiet(np.zeros((1, 1)), np.zeros((1, 1)), n_samples, rng)
    return log_mel(sound[:, 0])[:n].astype(np.float64)
