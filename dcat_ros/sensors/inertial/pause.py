"""What an inertial sensor gives while nothing is done."""

import numpy as np
from numpy.typing import NDArray

__all__ = ['ENDS', 'stillness']

#: Samples at a trial's end that tell the sensor's attitude there.
ENDS = 5


def stillness(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Make `n` samples of a sensor at rest between two recordings.

    Gravity turns smoothly from its mean direction at the end of `before` to that at the start of
    `after`; the angular rate is zero; to both comes white noise of the level that the ends show
    after a straight line through them is taken away.

    Args:
        before: shape (m, 6), m/s² and rad/s.
        after: shape (k, 6).
        n: number of samples.
        rng: makes the noise.

    Returns:
        Shape (n, 6).
    """
    last, first = before[-ENDS:], after[:ENDS]
    blend = (1 - np.cos(np.pi * (np.arange(n) + 1) / (n + 1)))[:, None] / 2
    gravity = (1 - blend) * last[:, :3].mean(0) + blend * first[:, :3].mean(0)
    length = (1 - blend) * np.linalg.norm(last[:, :3].mean(0)) + blend * np.linalg.norm(
        first[:, :3].mean(0)
    )
    norm = np.linalg.norm(gravity, axis=1, keepdims=True)
    gravity = np.where(norm > 1e-6, gravity / np.maximum(norm, 1e-6) * length, gravity)
    level = np.minimum(_noise(last), _noise(first))
    still: NDArray[np.float64] = rng.normal(size=(n, before.shape[1])) * level
    still[:, :3] += gravity
    return still


def _noise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation per channel around a straight line."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    slope = time @ values / (time @ time)
    residual = values - values.mean(0) - time[:, None] * slope
    return np.asarray(np.sqrt((residual**2).sum(0) / max(1, len(values) - 2)))
