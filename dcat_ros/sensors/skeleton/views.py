"""How a whole trial of a skeleton is shown to a network."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.skeleton import features
from dcat_ros.signals import Signal

__all__ = ['described']


def described(signal: Signal, rng: np.random.Generator) -> NDArray[np.float64]:
    """What `features` says of the joints."""
    joints = signal.values.reshape(len(signal.values), 20, 3)
    return features.features(joints).astype(np.float64)
