"""Whole trials, stretched to one length, with random crops and a smooth change of speed."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Dataset
from dcat_ros.modalities import imu
from dcat_ros.training.config import AugmentConfig

__all__ = ['draw_recordings']

_KNOTS = 5  # the speed is drawn at so many places and interpolated between them


def draw_recordings(
    dataset: Dataset,
    augment: AugmentConfig,
    rng: np.random.Generator,
    *,
    length: int,
    copies: int,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Several augmented copies of each trial.

    Args:
        dataset: the trials.
        augment: how much.
        rng: draws.
        length: T, samples of each copy.
        copies: number of copies of each trial; one unchanged copy for 0.

    Returns:
        Recordings (N, T, 6), and class indices (N,) in the order of the data set's labels.
    """
    values: list[NDArray[np.float64]] = []
    classes: list[int] = []
    for trial in dataset.trials:
        samples = trial.signals['imu'].values
        for _ in range(max(1, copies)):
            at = _places(augment if copies else None, rng, length) * (len(samples) - 1)
            steps = np.arange(len(samples))
            values.append(np.stack([np.interp(at, steps, c) for c in samples.T], axis=1))
            classes.append(dataset.info.labels.index(trial.label))
    recordings = np.stack(values).astype(np.float32)
    if copies:
        recordings = imu.augment(
            recordings, augment.rotation_rad, augment.scale, augment.noise, rng
        )
    return recordings, np.array(classes)


def _places(
    augment: AugmentConfig | None, rng: np.random.Generator, length: int
) -> NDArray[np.float64]:
    """Where in the trial, from 0 to 1, the samples of a copy lie."""
    if augment is None:
        return np.linspace(0, 1, length)
    begin, end = rng.uniform(0, augment.crop), 1 - rng.uniform(0, augment.crop)
    log_speed = augment.warp * rng.standard_normal(_KNOTS)
    speed = np.exp(np.interp(np.linspace(0, _KNOTS - 1, length), np.arange(_KNOTS), log_speed))
    progress = np.cumsum(speed) - speed[0]
    places: NDArray[np.float64] = begin + (end - begin) * progress / progress[-1]
    return places
