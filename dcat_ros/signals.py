"""What one sensor recorded: values with stamps."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import DatasetError

__all__ = ['Signal']


@dataclass(frozen=True)
class Signal:
    """What one sensor recorded.

    Attributes:
        stamps_ns: ascending times in ns, shape (n,), from 0 at the trial's start.
        values: shape (n, C), in the units of the sensor's ROS message, or (n, ...) of frames;
            float64, or float32 where float64 would take too much memory.

    Raises:
        DatasetError: the shapes do not fit, there are fewer than two samples, the stamps do not
            ascend, or a value is not finite.
    """

    stamps_ns: NDArray[np.int64]
    values: NDArray[Any]

    def __post_init__(self) -> None:
        if self.values.ndim < 2 or len(self.stamps_ns) != len(self.values):
            raise DatasetError(
                f'{len(self.stamps_ns)} stamps do not fit values of shape {self.values.shape}'
            )
        if len(self.stamps_ns) < 2:
            raise DatasetError(f'{len(self.stamps_ns)} samples are too few')
        if not np.all(np.diff(self.stamps_ns) > 0):
            raise DatasetError('the stamps do not ascend')
        if not np.isfinite(self.values).all():
            raise DatasetError('a value is NaN or infinite')

    @classmethod
    def at_rate(cls, values: NDArray[np.float64], rate_hz: float) -> 'Signal':
        """A signal whose stamps are made from a nominal rate."""
        stamps = np.round(np.arange(len(values)) * (1e9 / rate_hz)).astype(np.int64)
        return cls(stamps, np.ascontiguousarray(values, dtype=np.float64))

    @property
    def duration_s(self) -> float:
        """Time from the first sample to the last."""
        return float(self.stamps_ns[-1] - self.stamps_ns[0]) / 1e9
