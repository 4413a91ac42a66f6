"""Whole recordings of one activity, as the layer that names them in closed form has them."""

import numpy as np
from numpy.typing import NDArray

__all__ = ['SEGMENT_LENGTH', 'stretched']

#: Samples to which a whole recording is stretched for the fixed features.
SEGMENT_LENGTH = 160


def stretched(recording: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """A recording (T, C) linearly interpolated to (length, C)."""
    at, steps = np.linspace(0, len(recording) - 1, length), np.arange(len(recording))
    columns = [np.interp(at, steps, column) for column in recording.T]
    return np.stack(columns, axis=1).astype(np.float32)
