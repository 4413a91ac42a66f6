"""What is known of a value in a network that nobody has run yet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.model.onnx_parts import MOST_DIMS, Array

__all__ = ['MOST_KNOWN', 'Rule', 'Settings', 'Shape', 'Value', 'axes_of']

Shape = tuple[int, ...]
#: Numbers that say shapes, or where something begins and ends, are so few.
MOST_KNOWN = 256


@dataclass(frozen=True)
class Value:
    """What is known of it.

    Attributes:
        shape: of it.
        known: the numbers in it, where they are few, whole and known.
        n_products: that are added up to make it.
    """

    shape: Shape
    known: NDArray[Any] | None = None
    n_products: int = 0

    def __post_init__(self) -> None:
        if len(self.shape) > MOST_DIMS or min(self.shape, default=0) < 0:
            raise ValueError(f'a value of shape {list(self.shape)[:9]} is none')

    @staticmethod
    def of(array: Array) -> 'Value':
        """Of a constant."""
        few = array.values.dtype == np.int64 and array.values.size <= MOST_KNOWN
        return Value(array.shape, array.values.reshape(array.shape) if few else None)

    @property
    def n(self) -> int:
        """Number of values."""
        out = 1
        for size in self.shape:
            out *= size
        return out

    @property
    def numbers(self) -> list[int]:
        """What says a shape."""
        if self.known is None:
            raise ValueError('a shape depends on what a sensor says')
        return [int(n) for n in self.known.ravel()]

    def reshaped(self, shape: Shape) -> 'Value':
        """The same values."""
        out = Value(shape)
        if out.n != self.n:
            raise ValueError(f'{self.n} values cannot be {list(shape)[:9]}')
        return out if self.known is None else Value(shape, self.known.reshape(shape))


def axes_of(axes: Sequence[int], n: int) -> list[int]:
    """Places of these axes among n; negative ones count from the end.

    Raises:
        ValueError: there is no such one.
    """
    if any(not -n <= axis < n for axis in axes):
        raise ValueError(f'axes {list(axes)[:9]} of {n} are none')
    return [axis % n for axis in axes]


#: Of an operation: what it is told besides, and what it gives of that and of what it takes.
Settings = Mapping[str, Any]
Rule = Callable[[Settings, Sequence[Value]], Value | list[Value]]
