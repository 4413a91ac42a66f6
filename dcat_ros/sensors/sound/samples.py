"""From the sound of a trial to the samples that a network is given."""

import numpy as np

from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound.log_mel import HOP_S, WINDOW_S, log_mel
from dcat_ros.signals import Signal

__all__ = ['log_mel_rows']


def log_mel_rows(sensor: Sensor, signal: Signal, rate_hz: float) -> Signal:
    """Rows (n, 64) in dB of samples (n, 1) at 16 kHz, as a stream of sound would give them.

    Each has the time of its frame's end.
    """
    rows = log_mel(signal.values[:, 0])
    ends_s = WINDOW_S + HOP_S * np.arange(len(rows))
    return Signal(signal.stamps_ns[0] + np.round(ends_s * 1e9).astype(np.int64), rows)
