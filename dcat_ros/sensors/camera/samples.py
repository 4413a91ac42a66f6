"""From joints in pictures to the samples that a network is given.

Joints of a window, or of a whole trial, are told in torso lengths about the middle of the person's
way, so that neither the camera's resolution nor the person's place and size in the picture matter.
What is not seen is told as such, and lies in the middle of the hips, so that no number is invented.
The network's front takes the hips' own way apart, see `front`.
"""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.camera.joints import (
    HIPS,
    JOINTS,
    N_JOINTS,
    SEEN,
    from_kinect,
    torso_of,
)
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.signals import Signal

__all__ = [
    'CHANNELS',
    'N_CHANNELS',
    'SCALE',
    'UNITS',
    'joints_on_grid',
    'kinect_on_grid',
    'told',
]

Values = NDArray[np.float64]

CHANNELS = tuple(f'{joint}_{what}' for joint in JOINTS for what in ('x', 'y', 'seen'))
UNITS = ('torso', 'torso', '1') * N_JOINTS
SCALE = (1.0,) * len(CHANNELS)
N_CHANNELS = len(CHANNELS)
#: Of the picture's height: a smaller torso is nobody.
_LEAST_TORSO = 1e-3


def told(joints: Values) -> Values:
    """Samples (n, 39) of joints (n, 13, 3) in any unit of length.

    Raises:
        DatasetError: in no frame is there anybody whose torso has a length.
    """
    there = joints[:, :, 2].max(axis=1) > 0
    lengths = torso_of(joints)[there]
    length = float(np.median(lengths)) if len(lengths) else 0.0
    if length < _LEAST_TORSO:
        raise DatasetError('nobody is seen in the pictures')
    hips = joints[:, HIPS, :2].mean(axis=1)
    hips = _held(hips, there)
    centre = np.median(hips[there], axis=0)
    seen = joints[:, :, 2] >= SEEN
    places = np.where(seen[..., None], joints[:, :, :2], hips[:, None])
    # all else is measured from the hips: they are where the pose network has them, seen or not
    both = joints[:, HIPS, :2] - joints[:, HIPS, :2].mean(axis=1, keepdims=True)
    places[:, HIPS] = hips[:, None] + both
    out = np.concatenate([(places - centre) / length, seen[..., None]], axis=2)
    return np.asarray(out.reshape(len(joints), N_CHANNELS))


def joints_on_grid(sensor: Sensor, signal: Signal, rate_hz: float) -> Signal:
    """Samples on a grid of this rate of joints (n, 13, 3), interpolated between two frames."""
    return _on_grid(signal.stamps_ns, signal.values.astype(np.float64), rate_hz)


def kinect_on_grid(sensor: Sensor, signal: Signal, rate_hz: float) -> Signal:
    """The same of a skeleton's coordinates (n, 60), as if a camera had seen it."""
    positions = signal.values.reshape(len(signal.values), 20, 3)
    return _on_grid(signal.stamps_ns, from_kinect(positions), rate_hz)


def _on_grid(stamps_ns: NDArray[np.int64], joints: Values, rate_hz: float) -> Signal:
    n = max(2, int((stamps_ns[-1] - stamps_ns[0]) * rate_hz / 1e9) + 1)
    grid_ns = stamps_ns[0] + np.round(np.arange(n) * (1e9 / rate_hz)).astype(np.int64)
    right = np.clip(np.searchsorted(stamps_ns, grid_ns), 1, len(stamps_ns) - 1)
    left = right - 1
    part = (grid_ns - stamps_ns[left]) / (stamps_ns[right] - stamps_ns[left])
    part = np.clip(part, 0.0, 1.0)[:, None, None]
    # between a frame with a person and one without him nothing is known
    somebody = joints[:, :, 2].max(axis=1) > 0
    nearer = np.round(part)
    part = np.where((somebody[left] & somebody[right])[:, None, None], part, nearer)
    return Signal(grid_ns, told((1 - part) * joints[left] + part * joints[right]))


def _held(values: Values, there: NDArray[np.bool_]) -> Values:
    """Values (n, ...) in which the last one before, or the first one after, stands in."""
    places = np.flatnonzero(there)
    last = np.searchsorted(places, np.arange(len(values)), side='right') - 1
    return np.asarray(values[places[np.maximum(last, 0)]])
