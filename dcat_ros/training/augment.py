"""Random changes of whole trials, whichever sensor recorded them."""

import numpy as np
from numpy.typing import NDArray

__all__ = ['cropped']

Windows = NDArray[np.float32]


def cropped(windows: Windows, share: float, rng: np.random.Generator) -> Windows:
    """Take away up to this share of the time at random ends, and stretch the rest to T."""
    n, length = windows.shape[:2]
    lost = share * rng.random((n, 1))
    start = lost * rng.random((n, 1))
    at = (start + (1 - lost) * np.linspace(0, 1, length)[None]) * (length - 1)
    left = np.minimum(np.floor(at).astype(np.int64), length - 2)
    part = (at - left)[..., None].astype(np.float32)
    item = np.arange(n)[:, None]
    out: Windows = (1 - part) * windows[item, left] + part * windows[item, left + 1]
    return out
