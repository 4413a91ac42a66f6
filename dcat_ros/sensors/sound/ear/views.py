"""How a whole trial of sound is shown to a network behind the tagger."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound.ear.encoder import EAR
from dcat_ros.sensors.sound.ear.rows import at_its_rate, ear_rows
from dcat_ros.signals import Signal

__all__ = ['as_they_are', 'tagged']

#: The tagger is read once, and not for each trial.
_encode = cache(EAR.load)


def tagged(signal: Signal, rng: np.random.Generator) -> NDArray[np.float64]:
    """Tokens (L, 1536) of the tagger, one every 320 ms.

    Raises:
        ConfigError: the tagger is not there; the sentence has the command for it.
        DatasetError: the samples are too few, or not finite.
    """
    rows = ear_rows(at_its_rate(signal.values[:, 0]))
    return np.asarray(_encode()(rows[None])[0], np.float64)


def as_they_are(
    sensor: Sensor, windows: NDArray[np.float32], config: AugmentConfig, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Tokens as they are: random changes are meant for sound, and the front drops some."""
    return windows
