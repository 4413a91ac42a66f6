"""What a modality's network sees of a trial, as a stream of flat samples."""

from dataclasses import replace

import numpy as np

from dcat_ros.datasets.trial import Dataset, Signal, Trial
from dcat_ros.errors import DatasetError
from dcat_ros.modalities import audio, depth
from dcat_ros.modalities.registry import Modality

__all__ = ['as_modality', 'signal_for', 'signal_name']

#: Parts of the inertial sensor.
_PARTS = {'accelerometer': slice(0, 3), 'gyroscope': slice(3, 6)}


def signal_name(modality: Modality) -> str:
    """Which of a trial's signals a modality is made of."""
    if modality.name in _PARTS:
        return 'imu'
    return 'depth' if modality.size is not None else modality.name


def as_modality(dataset: Dataset, modality: Modality, rate_hz: float) -> Dataset:
    """The same trials with this modality's signal alone, under its name; see `signal_for`.

    Raises:
        DatasetError: a trial lacks the signal.
    """
    trials = tuple(
        replace(trial, signals={modality.name: signal_for(trial, modality, rate_hz)})
        for trial in dataset.trials
    )
    return Dataset(dataset.info, trials, dataset.skipped)


def signal_for(trial: Trial, modality: Modality, rate_hz: float) -> Signal:
    """Samples (n, C) of a trial.

    Frames are the nearest ones on a grid of this rate, pooled to the modality's size and flattened
    in the order channel, row, column. Sound becomes log-mel rows, each with the time of its frame's
    end. Other sensors' samples stay as they were recorded.

    Raises:
        DatasetError: the trial lacks the signal, or its sound is shorter than two rows.
    """
    own = trial.signals.get(modality.name)
    if own is not None and modality.name == 'audio' and own.values.shape[1] == 1:
        return _log_mel(own)
    if own is not None and own.values.ndim == 2:
        return own  # as `as_modality` makes it
    name = signal_name(modality)
    if name not in trial.signals:
        raise DatasetError(f'{trial.name} has no {name} recording.')
    signal = trial.signals[name]
    if modality.name in _PARTS:
        return Signal(signal.stamps_ns, signal.values[:, _PARTS[modality.name]])
    if modality.size is None:
        return signal
    n = max(2, int(signal.duration_s * rate_hz) + 1)
    grid_ns = signal.stamps_ns[0] + np.round(np.arange(n) * (1e9 / rate_hz)).astype(np.int64)
    middles = (signal.stamps_ns[1:] + signal.stamps_ns[:-1]) // 2
    nearest = np.searchsorted(middles, grid_ns)
    frames = depth.pooled(signal.values[nearest], modality.size)
    return Signal(grid_ns, frames.reshape(n, -1))


def _log_mel(sound: Signal) -> Signal:
    """Rows (n, 64) in dB of samples (n, 1) at 16 kHz, as a stream of sound would give them."""
    rows = audio.log_mel(sound.values[:, 0])
    ends_s = audio.WINDOW_S + audio.HOP_S * np.arange(len(rows))
    return Signal(sound.stamps_ns[0] + np.round(ends_s * 1e9).astype(np.int64), rows)
