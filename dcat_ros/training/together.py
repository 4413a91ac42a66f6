"""Two sensors that are made of one signal, such as two front ends of one microphone, as one.

So the same windows can be given to both: the same stretch of the same recording, the same second
sound in it, of the same length.
"""

import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import ConfigError
from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.sensor import Mix, Sensor
from dcat_ros.signals import Signal

__all__ = ['together']


def together(target: Sensor, source: Sensor) -> Sensor:
    """One sensor whose samples (n, C + C_s) are the target's, and behind them the source's.

    Both draw the same pauses and the same second sounds. The target draws what it does alone, and
    its part alone is changed at random: the source is to hear well.

    Raises:
        ConfigError: they are made of two signals, or have samples at other times.
    """
    if (target.signal, target.rate_hz, target.any_rate) != (
        source.signal,
        source.rate_hz,
        source.any_rate,
    ):
        raise ConfigError(
            f'A recipe as the source hears what the target hears, and {source.name} is not made of '
            f'the recordings of {target.name} at their rate; name the sensor itself as the source.'
        )
    n = target.n_values

    def samples(sensor: Sensor, signal: Signal, rate_hz: float) -> Signal:
        own, other = (one.samples(one, signal, rate_hz) for one in (target, source))
        length = min(len(own.values), len(other.values))
        values = np.concatenate([own.values[:length], other.values[:length]], axis=1)
        return Signal(own.stamps_ns[:length], values)

    def pause(
        before: NDArray[np.float64],
        after: NDArray[np.float64],
        length: int,
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        again = copy.deepcopy(rng)
        own = target.pause(before[:, :n], after[:, :n], length, rng)
        other = source.pause(before[:, n:], after[:, n:], length, again)
        return np.concatenate([own, other], axis=1)

    def augment(
        sensor: Sensor,
        windows: NDArray[np.float32],
        config: AugmentConfig,
        rng: np.random.Generator,
    ) -> NDArray[np.float32]:
        own = target.augment(target, windows[..., :n], config, rng)
        return np.concatenate([own, windows[..., n:]], axis=2)

    return replace(
        target,
        channels=target.channels + source.channels,
        units=target.units + source.units,
        scale=target.scale + source.scale,
        samples=samples,
        pause=pause,
        augment=augment,
        mix=_mixed(target.mix, source.mix, n),
    )


def _mixed(one: Mix | None, other: Mix | None, n: int) -> Mix | None:
    """The same two at once for both."""
    if one is None or other is None:
        return None
    own, others = one, other

    def mix(
        windows: NDArray[np.float32],
        targets: NDArray[np.float32],
        mixed: float,
        rng: np.random.Generator,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
        again = copy.deepcopy(rng)
        first, shares, are_two = own(windows[..., :n], targets, mixed, rng)
        second, _, _ = others(windows[..., n:], targets, mixed, again)
        return np.concatenate([first, second], axis=2), shares, are_two

    return mix
