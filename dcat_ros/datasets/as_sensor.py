"""What a sensor's network sees of a trial, as a stream of flat samples."""

from dataclasses import replace

from dcat_ros.datasets.trial import Dataset, Trial
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.shelf import Shelf
from dcat_ros.signals import Signal

__all__ = ['as_sensor', 'signal_for']


def as_sensor(
    dataset: Dataset, sensor: Sensor, rate_hz: float, shelf: Shelf | None = None
) -> Dataset:
    """The same trials with this sensor's samples alone, under its name; see `signal_for`.

    Args:
        dataset: the trials.
        sensor: whose samples.
        rate_hz: see `signal_for`.
        shelf: takes the samples that are made; without it they are in memory.

    Raises:
        DatasetError: a trial lacks the signal.
        OutputError: the shelf is full.
    """

    def alone(trial: Trial) -> Trial:
        made = signal_for(trial, sensor, rate_hz)
        if shelf is not None and all(made is not own for own in trial.signals.values()):
            made = Signal(made.stamps_ns, shelf.put(made.values))
        return replace(trial, signals={sensor.name: made})

    return replace(dataset, trials=tuple(map(alone, dataset.trials)))


def signal_for(trial: Trial, sensor: Sensor, rate_hz: float) -> Signal:
    """Samples (n, C) of a trial, made as the sensor says; those that are made already stay.

    Raises:
        DatasetError: the trial lacks the signal, or nothing can be made of it.
    """
    own = trial.signals.get(sensor.name)
    if own is not None and own.values.shape[1:] == (sensor.n_values,):
        return own
    if sensor.signal not in trial.signals:
        raise DatasetError(f'{trial.name} has no {sensor.signal} recording.')
    return sensor.samples(sensor, trial.signals[sensor.signal], rate_hz)
