"""UTD-MHAD: 27 actions of 8 subjects, up to 4 times each: inertial sensor, skeleton and depth.

Source: C. Chen, R. Jafari, N. Kehtarnavaz, "UTD-MHAD: A multimodal dataset for human action
recognition utilizing a depth camera and a wearable inertial sensor", ICIP 2015. The sensor is on
the right wrist for actions 1 to 21 and on the right thigh for 22 to 27; a Kinect v1 stands before
the person.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.cache import Progress
from dcat_ros.datasets.trial import Dataset, DatasetInfo, Signal, Skipped, Trial, chosen_modalities
from dcat_ros.datasets.utd_mhad_files import DepthStore, on_duration_of, read_skeleton
from dcat_ros.datasets.utd_mhad_poses import RENDERINGS, PoseStore
from dcat_ros.errors import DatasetError

__all__ = ['INFO', 'MODALITIES', 'depth_files', 'depth_of', 'load']

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
MODALITIES = ('imu', 'skeleton', 'depth', 'pose')

_NAME = re.compile(r'a(\d{1,2})_s(\d{1,3})_t(\d{1,2})_inertial\.mat')
_REPETITIONS = 4
#: Recorded, but withdrawn by the authors: not missing.
_WITHDRAWN = {(8, 1, 4), (23, 6, 4), (27, 8, 4)}
_TO_SI = np.array([9.80665] * 3 + [np.pi / 180] * 3)
_SHORTEST = 25  # half a second


def load(
    data_dir: Path | None,
    modalities: Collection[str] = ('imu',),
    progress: Progress | None = None,
) -> Dataset:
    """Read the recordings below `data_dir/utd_mhad`.

    Args:
        data_dir: the folder of all data sets.
        modalities: signals that the trials shall have, of `MODALITIES`: 'imu' of shape (n, 6), m/s²
            and rad/s; 'skeleton' of shape (n, 60), x, y, z of 20 joints in metres, camera frame;
            'depth' of shape (n, 2, 32, 32), see `dcat_ros.sensors.depth.crop.crop`; 'pose' of shape
            (n, 13, 3), joints in pictures that were rendered of the depth, see
            `dcat_ros.datasets.utd_mhad_poses`. Stamps of all but the first are synthetic: frames
            spread evenly over the inertial recording's duration.
        progress: is told how many depth files of how many are cut or looked at, the first time.

    Returns:
        The trials that have all of these; the others are among the skipped, with the reason.

    Raises:
        DatasetError: no folder is given, or it has no such recordings, or there is no such
            modality.
    """
    modalities = chosen_modalities(INFO.name, modalities, MODALITIES)
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
    named = _named(folder)
    files = depth_files(folder)
    depth = DepthStore(files, progress) if 'depth' in modalities else None
    poses = PoseStore(files, RENDERINGS[:1], progress) if 'pose' in modalities else None
    for path, match in named.items():
        action, subject, repetition = (int(number) for number in match.groups())
        seen.add((action, subject, repetition))
        try:
            trial = _read(path, action, subject)
            trials.append(_with_partners(trial, path, modalities, depth, poses))
        except DatasetError as problem:
            skipped.append(Skipped(path.name, str(problem)))
    skipped += [Skipped(name, 'the file is missing') for name in _missing(seen)]
    return Dataset(INFO, tuple(trials), tuple(skipped))


def depth_files(folder: Path) -> list[Path]:
    """The depth of all inertial recordings in a folder, there or not."""
    return [depth_of(path) for path in _named(folder)]


def _named(folder: Path) -> dict[Path, re.Match[str]]:
    """Inertial recordings, and what their names say."""
    matches = {path: _NAME.fullmatch(path.name) for path in sorted(folder.iterdir())}
    return {path: match for path, match in matches.items() if match}


def _read(path: Path, action: int, subject: int) -> Trial:
    if not 1 <= action <= len(INFO.labels):
        raise DatasetError(f'action {action} is none of the 27')
    from scipy.io import loadmat  # of the extra that trains

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


def _with_partners(
    trial: Trial,
    path: Path,
    modalities: Collection[str],
    depth: DepthStore | None,
    poses: PoseStore | None,
) -> Trial:
    """The trial with the signals asked for; `path` is its inertial recording."""
    imu = trial.signals['imu']
    signals = {'imu': imu} if 'imu' in modalities else {}
    if 'skeleton' in modalities:
        joints = read_skeleton(path.parents[1] / 'Skeleton' / f'{trial.name}_skeleton.mat')
        signals['skeleton'] = on_duration_of(imu, joints)
    if depth is not None:
        frames = depth.read(depth_of(path))
        signals['depth'] = on_duration_of(imu, frames)
        if 'skeleton' in signals and len(signals['skeleton'].values) != len(frames):
            raise DatasetError(
                f'{depth_of(path).name} has {len(frames)} frames, the skeleton '
                f'{len(signals["skeleton"].values)}'
            )
    if poses is not None:
        signals['pose'] = on_duration_of(imu, poses.joints(depth_of(path), RENDERINGS[0]))
    return replace(trial, signals=signals)


def depth_of(path: Path) -> Path:
    """Depth of the same trial as an inertial recording."""
    name = path.name.replace('_inertial', '_depth')
    return path.parents[1] / 'Depth' / name


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
