"""Recordings as their sensor would have given them in another place: `Sensor.conditions`."""

from dataclasses import replace

import numpy as np

from dcat_ros.datasets.trial import Dataset
from dcat_ros.sensors.sensor import Condition, Sensor
from dcat_ros.signals import Signal

__all__ = ['changed']


def changed(dataset: Dataset, sensor: Sensor, condition: Condition) -> Dataset:
    """The same trials with the sensor's signal changed, each by a generator of its own place."""
    trials = []
    for i, trial in enumerate(dataset.trials):
        signal = trial.signals[sensor.signal]
        values = condition(signal.values, np.random.default_rng((7, i)))
        signals = {sensor.signal: Signal(signal.stamps_ns, values)}
        trials.append(replace(trial, signals=signals))
    return replace(dataset, trials=tuple(trials))
