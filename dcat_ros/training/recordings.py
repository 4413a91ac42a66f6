"""Whole trials, stretched to one length."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Dataset

__all__ = ['whole_recordings']


def whole_recordings(
    dataset: Dataset, length: int, signal: str
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Every trial linearly interpolated to one length.

    Augmented copies made the closed-form layer no better.

    Args:
        dataset: the trials.
        length: T, samples of each.
        signal: name of it, (n, C).

    Returns:
        Recordings (N, T, C), and class indices (N,) in the order of the data set's labels.
    """
    recordings: list[NDArray[np.float64]] = []
    for trial in dataset.trials:
        values = trial.signals[signal].values
        at, steps = np.linspace(0, len(values) - 1, length), np.arange(len(values))
        recordings.append(np.stack([np.interp(at, steps, c) for c in values.T], axis=1))
    classes = [dataset.info.labels.index(trial.label) for trial in dataset.trials]
    return np.stack(recordings).astype(np.float32), np.array(classes)
