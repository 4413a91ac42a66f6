"""Views: what a network is given of a recording, one array of fixed length per trial.

A view is a sensor, or a poorer version of one: half the time, fewer samples, fewer pixels. Each
sensor says its own (`Sensor.views`).
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Trial
from dcat_ros.errors import ConfigError, DatasetError
from dcat_ros.sensors.registry import sensors
from dcat_ros.sensors.sensor import View

__all__ = ['find_view', 'view_of', 'views']


def views() -> dict[str, View]:
    """Name -> view, of all sensors as they are, and then behind their encoders."""
    own = list(sensors().values())
    return {
        name: View(sensor.viewed or sensor, make)
        for sensor in (*own, *(one for sensor in own for one in sensor.encoded.values()))
        for name, make in sensor.views.items()
    }


def find_view(name: str) -> View:
    """A view by name.

    Raises:
        ConfigError: there is none.
    """
    known = views()
    if name not in known:
        raise ConfigError(f'There is no view {name!r}; there are {", ".join(known)}.')
    return known[name]


def view_of(trial: Trial, name: str) -> NDArray[np.float32]:
    """What the view shows of a trial: the same each time.

    Returns:
        (T, C), T and C the same for all trials.

    Raises:
        ConfigError: there is no such view.
        DatasetError: the trial lacks the signal, or it is unusable.
    """
    view = find_view(name)
    if view.sensor.signal not in trial.signals:
        raise DatasetError(
            f'{trial.name} has no {view.sensor.signal} recording to pair with; it has '
            f'{", ".join(trial.signals)}.'
        )
    seed = int.from_bytes(hashlib.sha256(trial.name.encode()).digest()[:8], 'little')
    values = view.make(trial.signals[view.sensor.signal], np.random.default_rng(seed))
    return values.reshape(len(values), -1).astype(np.float32)
