"""`watch`: seven shoulder exercises of 20 series each with a smartwatch, in the seglearn package.

Source: D. Burns et al., "Shoulder physiotherapy exercise recognition: machine learning the
inertial signals from a smartwatch", Physiological Measurement 39 (2018), as packaged in seglearn.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from dcat_ros.datasets.plain_pickle import read_plain_pickle
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
#: numpy's format 1.0: the length of its header stands at byte 8, and behind it the pickle
_NUMPY = b'\x93NUMPY\x01\x00'


def load(data_dir: Path | None = None) -> Dataset:
    """Read the series that the seglearn package carries; `data_dir` is not needed.

    Raises:
        DatasetError: seglearn is not installed, or its file is not that of the data set.
    """
    # found, not imported: importing needs pandas, and its own reader runs what a pickle says
    package = find_spec('seglearn')
    if package is None or package.origin is None:
        raise DatasetError(
            "The data set 'watch' needs the package seglearn: pip install seglearn pandas."
        )
    raw = _read(Path(package.origin).parent / 'data' / 'watch_dataset.npy')
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


def _read(path: Path) -> Mapping[str, Any]:
    """The dictionary in seglearn's file: X, the series; y, the label of each; subject.

    Raises:
        DatasetError: it cannot be read, or is another file.
    """
    try:
        data = path.read_bytes()
        if not data.startswith(_NUMPY):
            raise ValueError('it does not begin as an array of numpy')
        raw: Any = read_plain_pickle(data[10 + int.from_bytes(data[8:10], 'little') :])
        whole = raw.item()
        if not {'X', 'y', 'subject'} <= whole.keys():
            raise ValueError('it has no X, y and subject')
    except (OSError, ValueError, AttributeError) as problem:
        raise DatasetError(f'{path} is not the data set of seglearn: {problem}.') from None
    found: Mapping[str, Any] = whole
    return found
