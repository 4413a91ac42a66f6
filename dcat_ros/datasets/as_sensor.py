"""What a sensor's network sees of a trial, as a stream of flat samples."""

from dataclasses import replace

from dcat_ros.datasets.trial import Dataset, Trial
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.signals import Signal

__all__ = ['as_sensor', 'signal_for']


def as_sensor(dataset: Dataset, sensor: Sensor, rate_hz: float) -> Dataset:
    """The same trials with this sensor's samples alone, under its name; see `signal_for`.

    Raises:
        DatasetError: a trial lacks the signal.
    """
    trials = tuple(
        replace(trial, signals={sensor.name: signal_for(trial, sensor, rate_hz)})
        for trial in dataset.trials
    )
    return replace(dataset, trials=trials)


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
