"""From a trial's signal to the samples that a network is given, of most sensors."""

from dcat_ros.sensors.sensor import SamplesOf, Sensor
from dcat_ros.signals import Signal

__all__ = ['as_recorded', 'some_channels']


def as_recorded(sensor: Sensor, signal: Signal, rate_hz: float) -> Signal:
    """The samples as they were recorded."""
    return signal


def some_channels(channels: slice) -> SamplesOf:
    """These values of each sample (n, C), at the rate at which they were recorded."""

    def samples(sensor: Sensor, signal: Signal, rate_hz: float) -> Signal:
        return Signal(signal.stamps_ns, signal.values[:, channels])

    return samples
