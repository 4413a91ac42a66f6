"""A trained network of others between a sensor's samples and a network of ours."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ['Encode', 'Encoder']

#: From windows (N, T, C) to what is made of them (N, L, n_values), any N and T.
Encode = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True)
class Encoder:
    """A network that is not part of a weights file, which names it.

    Attributes:
        name: as `dcat models` calls it.
        n_values: of one step of what it gives.
        load: makes it ready; raises ConfigError with the command that gets it where it is not
            there, or damaged.
    """

    name: str
    n_values: int
    load: Callable[[], Encode]
