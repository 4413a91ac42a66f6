"""Whole trials as arrays of fixed length, however long they lasted."""

import numpy as np
from numpy.typing import NDArray

__all__ = ['stretched']

Values = NDArray[np.float64]


def stretched(values: Values, length: int) -> Values:
    """Values (n, ...) linearly interpolated to (length, ...)."""
    at = np.linspace(0, len(values) - 1, length)
    left = np.floor(at).astype(np.int64)
    right = np.minimum(left + 1, len(values) - 1)
    part = (at - left).reshape(-1, *[1] * (values.ndim - 1))
    out: Values = (1 - part) * values[left] + part * values[right]
    return out
