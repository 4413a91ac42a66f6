"""From the sound of a trial, and of a pause, to the rows that the tagger hears."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound.ear.rows import EAR_FRAMES, at_its_rate, ear_rows
from dcat_ros.sensors.sound.log_mel import RATE_HZ
from dcat_ros.sensors.sound.pause import quiet
from dcat_ros.signals import Signal

__all__ = ['quiet_rows', 'rows_of']


def rows_of(sensor: Sensor, signal: Signal, rate_hz: float) -> Signal:
    """Rows (n, 128) in dB of samples (n, 1) at 16 kHz, as a stream of sound would give them.

    Each has the time of its frame's end.

    Raises:
        DatasetError: the samples are too few, or not finite.
    """
    rows = ear_rows(at_its_rate(signal.values[:, 0]))
    return Signal(signal.stamps_ns[0] + EAR_FRAMES.ends_ns(0, len(rows)), rows)


def quiet_rows(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """What a microphone gives while nothing is heard, as n rows (n, 128) in dB; see `quiet`."""
    seconds = (EAR_FRAMES.window + EAR_FRAMES.hop * n) / EAR_FRAMES.rate_hz
    sound = quiet(np.zeros((1, 1)), np.zeros((1, 1)), round(seconds * RATE_HZ), rng)
    return ear_rows(at_its_rate(sound[:, 0]))[:n].astype(np.float64)
