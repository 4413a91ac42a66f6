"""What a microphone gives while nothing is heard."""

import numpy as np
from numpy.typing import NDArray

__all__ = ['quiet']


def quiet(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """White noise of a microphone, -90 to -60 dB of full scale; one pause in five has none."""
    level = 10 ** (rng.uniform(-90, -60) / 20) * (rng.random() < 0.8)
    return rng.normal(size=(n, before.shape[1])) * level
