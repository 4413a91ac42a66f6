"""`watch`: seven shoulder exercises of 20 series each with a smartwatch, in the seglearn package.

Source: D. Burns et al., "Shoulder physiotherapy exercise recognition: machine learning the
inertial signals from a smartwatch", Physiological Measurement 39 (2018), as packaged in seglearn.
"""

from pathlib import Path

import numpy as np

from dcat_ros.datasets.trial import Dataset, DatasetInfo, Signal, Skipped, Trial
from dcat_ros.errors import DatasetError

__all__ = ['INFO', 'load']

INFO = DatasetInfo(
    name='watch',
    title='Smartwatch shoulder exercises (Burns et al., Physiological Measurement 2018)',
    source='the seglearn package on PyPI',
    licence='BSD-3-Clause (seglearn)',
    labels=(
        'pendulum',
        'abduction',
        'forward_elevation',
        'internal_rotation',
        'external_rotation',
        'trapezius_extension',
        'upright_row',
    ),
    rate_hz=50.0,
    stamps='synthetic, from the nominal rate of 50 Hz',
)

# seglearn: acceleration in g, angular rate in rad/s
_TO_SI = np.array([9.80665] * 3 + [1.0] * 3)


def load(data_dir: Path | None = None) -> Dataset:
    """Read the series that the seglearn package carries; `data_dir` is not needed.

    Raises:
        DatasetError: seglearn is not installed.
    """
    try:
        from seglearn.datasets import load_watch
    except ModuleNotFoundError as problem:
        raise DatasetError(
            f"The data set 'watch' needs the package {problem.name}: pip install seglearn pandas."
        ) from None
    raw = load_watch()
    trials: list[Trial] = []
    skipped: list[Skipped] = []
    for i, values in enumerate(raw['X']):
        name = f'series_{i:03d}'
        try:
            signal = Signal.at_rate(np.asarray(values, dtype=np.float64) * _TO_SI, INFO.rate_hz)
        except DatasetError as problem:
            skipped.append(Skipped(name, str(problem)))
            continue
        label = INFO.labels[int(raw['y'][i])]
        trials.append(Trial(name, label, str(int(raw['subject'][i])), name, {'imu': signal}))
    return Dataset(INFO, tuple(trials), tuple(skipped))
