"""How training windows are drawn: what a recipe says of it, and the windows themselves."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.sensor import Sensor

__all__ = ['Drawing', 'played']


class Drawing(Protocol):
    """What of a recipe says how windows are drawn; see `dcat_ros.training.config.TrainConfig`."""

    @property
    def window_s(self) -> float:
        """Length of a window."""
        ...

    @property
    def lag_s(self) -> float:
        """A label speaks for the instant so long before the end."""
        ...

    @property
    def joins(self) -> int:
        """How many times the trials are joined."""
        ...

    @property
    def straddle(self) -> float:
        """Share of windows that may reach beyond their recording."""
        ...

    @property
    def evenly(self) -> str:
        """Whether samples or sources are drawn."""
        ...

    @property
    def rest(self) -> str:
        """Whether a pause is a label, or nothing that is known."""
        ...

    @property
    def rest_share(self) -> float:
        """Share of pauses."""
        ...

    @property
    def augment(self) -> AugmentConfig:
        """Random changes."""
        ...


def played(
    sensor: Sensor,
    values: NDArray[np.float32],
    rate_hz: float,
    instants: NDArray[np.int64],
    bounds: NDArray[np.int64],
    within: NDArray[np.bool_],
    length_s: float,
    config: Drawing,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Windows (N, T, C) that speak for some samples, played at random speeds.

    Args:
        sensor: whose they are.
        values: of all streams, (n, C).
        rate_hz: of the samples.
        instants: (N,), samples.
        bounds: (N, 2), the first and the last sample that a window may hold.
        within: (N,), which windows begin anew where they are longer than that; the others stand
            still.
        length_s: of the windows; the lag grows with it.
        config: lag and speeds.
        rng: draws the speeds.
    """
    length = round(length_s * rate_hz)
    lag_s = config.lag_s * length_s / config.window_s
    speed = 1 + config.augment.warp * rng.uniform(-1, 1, size=(len(instants), 1))
    offsets = np.arange(length) - (length - 1) + lag_s * rate_hz
    within = within[:, None]
    low, high = bounds[:, :1], bounds[:, 1:]
    at = instants[:, None] + offsets[None, :] * speed
    moved = at + np.maximum(low - at[:, :1], 0)
    moved -= np.maximum(moved[:, -1:] - high, 0)
    again = low + np.mod(moved - low, high - low + 1)
    at = np.where(within, again, np.clip(at, low, high))
    left = np.floor(at).astype(np.int64)
    right = np.where(left < high, left + 1, np.where(within, low, high))
    part = (at - left)[..., None].astype(np.float32)
    windows: NDArray[np.float32] = (1 - part) * values[left] + part * values[right]
    # a movement at f times the speed has f times the angular rate
    rates = [i for i, unit in enumerate(sensor.units) if unit == 'rad/s']
    windows[..., rates] *= speed[..., None].astype(np.float32)
    return windows
