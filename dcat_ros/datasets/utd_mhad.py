"""UTD-MHAD: 27 actions of 8 subjects, up to 4 times each, with an inertial sensor.

Source: C. Chen, R. Jafari, N. Kehtarnavaz, "UTD-MHAD: A multimodal dataset for human action
recognition utilizing a depth camera and a wearable inertial sensor", ICIP 2015. The sensor is on
the right wrist for actions 1 to 21 and on the right thigh for 22 to 27.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from dcat_ros.datasets.trial import Dataset, DatasetInfo, Signal, Skipped, Trial
from dcat_ros.errors import DatasetError

__all__ = ['INFO', 'load']

INFO = DatasetInfo(
    name='utd_mhad',
    title='UTD Multimodal Human Action Dataset (Chen, Jafari, Kehtarnavaz, ICIP 2015)',
    source='University of Texas at Dallas',
    licence='offered by its authors for research; the recordings are not redistributed',
    labels=(
        'swipe_left',
        'swipe_right',
        'wave',
        'clap',
        'throw',
        'cross_arms',
        'basketball_shot',
        'draw_x',
        'draw_circle_clockwise',
        'draw_circle_counter_clockwise',
        'draw_triangle',
        'bowling',
        'boxing',
        'baseball_swing',
        'tennis_forehand',
        'arm_curl',
        'tennis_serve',
        'push',
        'knock',
        'catch',
        'pick_up_and_throw',
        'jog',
        'walk',
        'sit_to_stand',
        'stand_to_sit',
        'lunge',
        'squat',
    ),
    rate_hz=50.0,
    stamps='synthetic, from the nominal rate of 50 Hz',
)

_NAME = re.compile(r'a(\d{1,2})_s(\d{1,3})_t(\d{1,2})_inertial\.mat')
_REPETITIONS = 4
#: Recorded, but withdrawn by the authors: not missing.
_WITHDRAWN = {(8, 1, 4), (23, 6, 4), (27, 8, 4)}
_TO_SI = np.array([9.80665] * 3 + [np.pi / 180] * 3)
_SHORTEST = 25  # half a second


def load(data_dir: Path | None) -> Dataset:
    """Read the inertial recordings below `data_dir/utd_mhad/Inertial`.

    Raises:
        DatasetError: no folder is given, or it has no such recordings.
    """
    if data_dir is None:
        raise DatasetError(
            'utd_mhad needs the folder that holds the data sets: give --data DIR (with '
            'DIR/utd_mhad/Inertial inside) or set DCAT_DATA.'
        )
    folder = data_dir / 'utd_mhad' / 'Inertial'
    if not folder.is_dir():
        raise DatasetError(f'{folder} is not there; --data is the folder that holds utd_mhad.')
    trials: list[Trial] = []
    skipped: list[Skipped] = []
    seen: set[tuple[int, int, int]] = set()
    for path in sorted(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        action, subject, repetition = (int(number) for number in match.groups())
        seen.add((action, subject, repetition))
        try:
            trials.append(_read(path, action, subject))
        except DatasetError as problem:
            skipped.append(Skipped(path.name, str(problem)))
    skipped += [Skipped(name, 'the file is missing') for name in _missing(seen)]
    return Dataset(INFO, tuple(trials), tuple(skipped))


def _read(path: Path, action: int, subject: int) -> Trial:
    if not 1 <= action <= len(INFO.labels):
        raise DatasetError(f'action {action} is none of the 27')
    try:
        values = loadmat(path, variable_names=['d_iner']).get('d_iner')
    except Exception as problem:  # a damaged file makes loadmat raise almost anything
        raise DatasetError(f'not a readable MATLAB file ({problem})') from None
    name = path.name.removesuffix('_inertial.mat')
    return Trial(
        name=name,
        label=INFO.labels[action - 1],
        subject=str(subject),
        source=path.name,
        signals={'imu': Signal.at_rate(_checked(values) * _TO_SI, INFO.rate_hz)},
    )


def _checked(values: object) -> NDArray[np.float64]:
    if not isinstance(values, np.ndarray) or values.ndim != 2 or values.shape[1] != 6:
        raise DatasetError('there is no variable d_iner of shape (samples, 6)')
    if values.dtype.kind not in 'fiu':
        raise DatasetError(f'd_iner holds {values.dtype}, not numbers')
    if len(values) < _SHORTEST:
        raise DatasetError(f'{len(values)} samples are too short, {_SHORTEST} are needed')
    return values.astype(np.float64)


def _missing(seen: set[tuple[int, int, int]]) -> list[str]:
    """Names of the recordings that a subject who is there should have, and has not."""
    expected = {
        (action, subject, repetition)
        for subject in {subject for _, subject, _ in seen}
        for action in range(1, len(INFO.labels) + 1)
        for repetition in range(1, _REPETITIONS + 1)
    }
    absent = sorted(expected - seen - _WITHDRAWN)
    return [f'a{a}_s{s}_t{t}_inertial.mat' for a, s, t in absent]
