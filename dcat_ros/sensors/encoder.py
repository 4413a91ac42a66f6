"""A trained network of others between a sensor's samples and a network of ours."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ['Encode', 'EncodeAndName', 'Encoder']

#: From windows (N, T, C) to what is made of them (N, L, n_values), any N and T.
Encode = Callable[[NDArray[np.float32]], NDArray[np.float32]]
#: The same, and beside it log odds (N, n_kinds) of the kinds of things that the encoder knows.
EncodeAndName = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], NDArray[np.float32]]]


@dataclass(frozen=True)
class Encoder:
    """A network that is not part of a weights file, which names it.

    Attributes:
        name: as `dcat models` calls it.
        n_values: of one step of what it gives.
        load: makes it ready; raises ConfigError with the command that gets it where it is not
            there, or damaged.
        n_kinds: how many kinds of things it knows by itself; 0 for none.
        load_naming: as `load`, for one that says those, too; None where it knows none.
    """

    name: str
    n_values: int
    load: Callable[[], Encode]
    n_kinds: int = 0
    load_naming: Callable[[], EncodeAndName] | None = None
