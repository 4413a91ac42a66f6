"""The trials of a data set as takes for a bag: what the sensors themselves gave."""

from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np

from dcat_ros.bags.takes import Film, Take
from dcat_ros.datasets.raw import depth_frames, focal_length
from dcat_ros.datasets.trial import Trial
from dcat_ros.datasets.utd_mhad_files import on_duration_of
from dcat_ros.errors import DatasetError

__all__ = ['SENSORS', 'takes_of']

#: data set -> the sensors whose messages can be made of it
SENSORS = {
    'utd_mhad': ('imu', 'image'),
    'watch': ('imu',),
    'kitchen20': ('audio',),
}


def takes_of(
    name: str, data_dir: Path | None, trials: Iterable[Trial], sensors: Collection[str]
) -> list[Take]:
    """Takes of these trials.

    Args:
        name: of the data set.
        data_dir: the folder of all data sets; needed for pictures.
        trials: with the signal 'imu' or 'audio', as the loader gives them.
        sensors: of `SENSORS[name]`.

    Raises:
        DatasetError: the data set lacks a sensor, or a file is unusable.
    """
    known = SENSORS.get(name, ())
    if lacking := sorted(set(sensors) - set(known)):
        made = ', '.join(f'{own} ({", ".join(sensors)})' for own, sensors in SENSORS.items())
        raise DatasetError(
            f'no messages of {", ".join(lacking)} can be made of {name}; they can of {made}.'
        )
    return [_take(trial, data_dir, sensors) for trial in trials]


def _take(trial: Trial, data_dir: Path | None, sensors: Collection[str]) -> Take:
    if 'audio' in sensors:
        sound = trial.signals['audio']
        samples = sound.values[:, 0]
        return Take(trial.label, len(samples) / 16000, sound=samples)
    imu = trial.signals['imu']
    film = None
    if 'image' in sensors:
        if data_dir is None:
            raise DatasetError('pictures need the folder that holds the data sets: give --data.')
        frames = depth_frames(data_dir, trial)
        stamps = on_duration_of(imu, np.zeros((len(frames), 1))).stamps_ns
        film = Film(stamps, frames, focal_length(frames.shape[2]))
    return Take(trial.label, imu.duration_s, imu if 'imu' in sensors else None, film)
