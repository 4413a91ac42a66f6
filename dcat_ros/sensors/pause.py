"""What most sensors give while nothing is done."""

import numpy as np
from numpy.typing import NDArray

__all__ = ['held']


def held(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """The sample before a pause for its first half, and the one after it for the second."""
    return np.concatenate([np.repeat(before[-1:], n // 2, 0), np.repeat(after[:1], n - n // 2, 0)])
