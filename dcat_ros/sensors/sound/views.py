"""How a whole trial of sound is shown to a network."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.sound.log_mel import log_mel
from dcat_ros.signals import Signal

__all__ = ['without_level']


def without_level(signal: Signal, rng: np.random.Generator) -> NDArray[np.float64]:
    """Log-mel without its level: loudness tells the distance of the microphone."""
    mel = log_mel(signal.values[:, 0].astype(np.float32)).astype(np.float64)
    return np.asarray(np.maximum(mel, mel.max() - 60) - mel.mean())
