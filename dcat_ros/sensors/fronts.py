"""The front that most sensors' networks have; torch is imported when one is built."""

from typing import TYPE_CHECKING

from dcat_ros.sensors.sensor import Sensor

if TYPE_CHECKING:
    from torch import nn

__all__ = ['signal_front']


def signal_front(sensor: Sensor, width: int) -> 'nn.Module':
    """Convolutions along time, from windows (N, T, C) to tokens (N, T / 4, width)."""
    from dcat_ros.blocks.signal_front import SignalFront

    return SignalFront(sensor.n_values, sensor.scale, width)
