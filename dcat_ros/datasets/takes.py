"""The trials of a data set as takes for a bag: what the sensors themselves gave."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dcat_ros.datasets.raw import depth_frames, focal_length
from dcat_ros.datasets.shading import pictures_of
from dcat_ros.datasets.trial import Trial
from dcat_ros.datasets.utd_mhad_files import on_duration_of
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.sound.log_mel import RATE_HZ
from dcat_ros.signals import Signal

__all__ = ['SENSORS', 'Take', 'takes_of']

#: data set -> the sensors whose messages can be made of it, as options call them
SENSORS = {
    'utd_mhad': ('imu', 'image', 'camera'),
    'watch': ('imu',),
    'kitchen20': ('audio',),
}


@dataclass(frozen=True)
class Take:
    """One activity, as one or more sensors recorded it.

    Attributes:
        label: the activity.
        duration_s: how long it lasts.
        signals: by the sensor, as options call it: `imu`, (n, 6) in m/s² and rad/s; `image`, depth
            pictures (n, H, W) in mm, uint16; `camera`, pictures (n, H, W) that were rendered of
            those, grey, uint8; `audio`, samples (n, 1) in [-1, 1].
        given: settings of the sensors, such as `focal` of the pictures.
    """

    label: str
    duration_s: float
    signals: Mapping[str, Signal]
    given: Mapping[str, Any] = field(default_factory=dict)


def takes_of(
    name: str,
    data_dir: Path | None,
    trials: Sequence[Trial],
    sensors: Collection[str],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Take]:
    """Takes of these trials.

    Args:
        name: of the data set.
        data_dir: the folder of all data sets; needed for pictures.
        trials: with the signal 'imu' or 'audio', as the loader gives them.
        sensors: of `SENSORS[name]`.
        progress: is told how many of how many are made.

    Raises:
        DatasetError: the data set lacks a sensor, or a file is unusable.
    """
    known = SENSORS.get(name, ())
    if lacking := sorted(set(sensors) - set(known)):
        made = ', '.join(f'{own} ({", ".join(sensors)})' for own, sensors in SENSORS.items())
        raise DatasetError(
            f'no messages of {", ".join(lacking)} can be made of {name}; they can of {made}.'
        )
    takes = []
    for done, trial in enumerate(trials):
        progress(done, len(trials))
        takes.append(_take(trial, data_dir, sensors))
    progress(len(trials), len(trials))
    return takes


def _take(trial: Trial, data_dir: Path | None, sensors: Collection[str]) -> Take:
    if 'audio' in sensors:
        sound = trial.signals['audio']
        return Take(trial.label, len(sound.values) / RATE_HZ, {'audio': sound})
    imu = trial.signals['imu']
    signals = {'imu': imu} if 'imu' in sensors else {}
    given: dict[str, Any] = {}
    if {'image', 'camera'} & set(sensors):
        if data_dir is None:
            raise DatasetError('pictures need the folder that holds the data sets: give --data.')
        frames = depth_frames(data_dir, trial)
        focal_px = focal_length(frames.shape[2])
        if 'image' in sensors:
            signals['image'] = on_duration_of(imu, frames)
            given['focal'] = focal_px
        if 'camera' in sensors:
            signals['camera'] = on_duration_of(imu, pictures_of(frames, focal_px))
    return Take(trial.label, imu.duration_s, signals, given)
