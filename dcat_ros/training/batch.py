"""Windows with their targets, as a step of training has them; without torch."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ['Batch', 'Targets']

#: See `Batch.targets`.
Targets: TypeAlias = NDArray[np.int64] | NDArray[np.float32]


class Batch(NamedTuple):
    """What a step learns from.

    Attributes:
        windows: (N, T, C), or what the sensor's encoder makes of them.
        targets: class indices (N,), -1 for a recording whose label is not used; or the shares of
            the labels (N, classes), none for such a recording.
        pairs: (N,), row of the same recording in the source's outputs, -1 for none.
        beside: (N, T, C), the same windows as a source is given them that listens; None: none does.
    """

    windows: NDArray[np.float32]
    targets: Targets
    pairs: NDArray[np.int64]
    beside: NDArray[np.float32] | None = None

    def and_more(self, more: 'Batch') -> 'Batch':
        """Both, one behind the other."""
        beside = None
        if self.beside is not None and more.beside is not None:
            beside = np.concatenate([self.beside, more.beside])
        return Batch(
            np.concatenate([self.windows, more.windows]),
            np.concatenate([self.targets, more.targets]),
            np.concatenate([self.pairs, more.pairs]),
            beside,
        )
