"""Trials joined to one continuous recording, with stillness between them.

The joining is synthetic and is called so wherever it is used: no data set here has real pauses.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Trial
from dcat_ros.errors import DatasetError
from dcat_ros.segment import REST, Segment
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.shelf import Shelf
from dcat_ros.signals import Signal

__all__ = ['Continuous', 'join']

_ENDS = 5  # samples at a stream's ends, of which its first and last pause are made


@dataclass(frozen=True)
class Continuous:
    """A recording of several activities.

    Attributes:
        signal: what the sensor recorded.
        segments: truth without holes; `REST` between the trials.
        names: of the trial in each segment; '' between them.
    """

    signal: Signal
    segments: tuple[Segment, ...]
    names: tuple[str, ...]


def join(
    trials: list[Trial],
    rng: np.random.Generator,
    *,
    sensor: Sensor,
    shelf: Shelf | None = None,
) -> Continuous:
    """Join the trials of one subject in random order, stillness before, between and after them.

    Args:
        trials: with a signal of the sensor's name each, (n, C), all of one rate.
        rng: draws order, pauses and noise.
        sensor: says what it gives while nothing is done, and for how long.
        shelf: takes the samples; without it they are in memory.

    Raises:
        DatasetError: there is no trial.
        OutputError: the shelf is full.
    """
    if not trials:
        raise DatasetError('there is no trial to join')
    period_ns = int(np.median(np.diff(trials[0].signals[sensor.name].stamps_ns)))
    order = [trials[i] for i in rng.permutation(len(trials))]
    parts: list[NDArray[np.float64]] = []
    segments: list[Segment] = []
    names: list[str] = []
    n_samples = 0

    def add(values: NDArray[np.float64], label: str, name: str = '') -> None:
        nonlocal n_samples
        start = n_samples * period_ns
        n_samples += len(values)
        segments.append(Segment(start, n_samples * period_ns, label))
        names.append(name)
        parts.append(values)

    previous = order[0].signals[sensor.name].values[:_ENDS]
    for trial in order:
        values = trial.signals[sensor.name].values
        n = round(rng.uniform(*sensor.pause_s) * 1e9 / period_ns)
        add(sensor.pause(previous, values, n, rng), REST)
        add(values, trial.label, trial.name)
        previous = values
    n = round(rng.uniform(*sensor.pause_s) * 1e9 / period_ns)
    add(sensor.pause(previous, previous[-_ENDS:], n, rng), REST)
    stamps = np.arange(n_samples, dtype=np.int64) * period_ns
    values = np.concatenate(parts) if shelf is None else shelf.joined(parts)
    return Continuous(Signal(stamps, values), tuple(segments), tuple(names))
