"""Recordings as their sensor would have given them in another place, and parts of them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dcat_ros.datasets.trial import Dataset
from dcat_ros.sensors.sensor import Condition, Sensor
from dcat_ros.signals import Signal

__all__ = ['changed', 'middle']


def changed(dataset: Dataset, sensor: Sensor, condition: Condition) -> Dataset:
    """The same trials with the sensor's signal changed, each by a generator of its own place."""
    return _each(
        dataset,
        sensor,
        lambda i, signal: Signal(
            signal.stamps_ns, condition(signal.values, np.random.default_rng((7, i)))
        ),
    )


def middle(dataset: Dataset, sensor: Sensor, length_s: float) -> Dataset:
    """So much of the middle of each trial; all of a shorter one."""

    def part(i: int, signal: Signal) -> Signal:
        begin_ns, end_ns = int(signal.stamps_ns[0]), int(signal.stamps_ns[-1])
        lost_ns = max(0, end_ns - begin_ns - round(length_s * 1e9)) // 2
        low, high = np.searchsorted(signal.stamps_ns, [begin_ns + lost_ns, end_ns - lost_ns])
        return Signal(signal.stamps_ns[low : high + 1], signal.values[low : high + 1])

    return _each(dataset, sensor, part)


def _each(dataset: Dataset, sensor: Sensor, change: Callable[[int, Signal], Signal]) -> Dataset:
    trials = tuple(
        replace(trial, signals={sensor.signal: change(i, trial.signals[sensor.signal])})
        for i, trial in enumerate(dataset.trials)
    )
    return replace(dataset, trials=trials)
