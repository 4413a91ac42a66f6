"""How a whole trial of joints is shown to a network."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.camera.joints import from_kinect
from dcat_ros.sensors.camera.samples import told
from dcat_ros.sensors.views import stretched
from dcat_ros.signals import Signal

__all__ = ['kinect', 'whole']

_N_FRAMES = 48  # of a trial


def whole(signal: Signal, rng: np.random.Generator) -> NDArray[np.float64]:
    """All of it, as 48 samples."""
    return stretched(told(signal.values.astype(np.float64)), _N_FRAMES)


def kinect(signal: Signal, rng: np.random.Generator) -> NDArray[np.float64]:
    """The same of a skeleton, as if a camera had seen it."""
    return stretched(told(from_kinect(signal.values.reshape(-1, 20, 3))), _N_FRAMES)
