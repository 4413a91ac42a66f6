"""The partners of UTD-MHAD's inertial recordings: skeleton and depth of the same trials.

They have no time stamps, and inertial samples per frame (2.7) show that the nominal rates cannot
both hold. So they are paired on normalised time: frames are spread evenly over the duration of the
inertial recording. The pictures are mirrored: what lies to the right in them is to the person's
right, and joints named right are the person's right ones.
"""

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.cache import Arrays, Progress, cached
from dcat_ros.datasets.trial import Signal
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.depth.crop import SIDE_M, crop

__all__ = ['FOCAL_PX', 'DepthStore', 'file_state', 'on_duration_of', 'read_matrix', 'read_skeleton']

#: Of the Kinect v1's depth camera at 320 x 240 pixels, from the Kinect for Windows SDK 1.8,
#: NuiImageCamera.h: NUI_CAMERA_DEPTH_NOMINAL_FOCAL_LENGTH_IN_PIXELS.
FOCAL_PX = 285.63
_SIZE = 32
_VERSION = 1  # of what `crop` makes: raise it with every change of its results


def read_matrix(path: Path, variable: str) -> object:
    """A variable of a MATLAB file; None if the file has none of the name.

    Raises:
        DatasetError: the file is missing or not readable.
    """
    if not path.is_file():
        raise DatasetError(f'the partner {path.name} is missing')
    from scipy.io import loadmat  # of the extra that trains

    try:
        return loadmat(path, variable_names=[variable]).get(variable)
    except Exception as problem:  # a damaged file makes loadmat raise almost anything
        raise DatasetError(f'{path.name} is not a readable MATLAB file ({problem})') from None


def read_skeleton(path: Path) -> NDArray[np.float64]:
    """Joints in metres, camera frame, shape (frames, 60): x, y, z of the first, and so on.

    Raises:
        DatasetError: the file is missing, unreadable, or holds something else.
    """
    values = read_matrix(path, 'd_skel')
    if not _is_numbers(values, 3) or values.shape[:2] != (20, 3):
        raise DatasetError(f'{path.name} has no variable d_skel of shape (20, 3, frames)')
    frames = values.astype(np.float64).transpose(2, 0, 1).reshape(values.shape[2], 60)
    if len(frames) < 2 or not np.isfinite(frames).all():
        raise DatasetError(f'{path.name} has under two frames, or a value is NaN or infinite')
    return frames


class DepthStore:
    """The cut depth of trials, by file, from the cache.

    Reading all of UTD-MHAD's takes most of a minute, so it is done for all files at once and kept.
    A file that cannot be used is not kept, and read again when it is asked for, for its reason.
    """

    def __init__(self, paths: Iterable[Path], progress: Progress | None = None):
        """Cut the depth of these files, or take it from the cache.

        Args:
            paths: depth files; those that are missing are ignored here.
            progress: is told how many files of how many are cut.
        """
        there = {path: stat for path in paths if (stat := file_state(path))}

        def build(progress: Progress | None) -> Arrays:
            arrays: Arrays = {}
            for done, path in enumerate(there, start=1):
                # an unusable file: `read` says it to whoever asks for it
                with contextlib.suppress(DatasetError):
                    # half precision: 0.5 mm at the cube's side, where the camera has 10 mm
                    arrays[path.name] = _cut(path).astype(np.float16)
                if progress:
                    progress(done, len(there))
            return arrays

        settings = f'utd_mhad depth, version {_VERSION}, {FOCAL_PX} px, {SIDE_M} m, {_SIZE}'
        listing = [f'{path.name} {state}' for path, state in there.items()]
        key = hashlib.sha256('\n'.join([settings, *listing]).encode()).hexdigest()
        self._arrays = cached(key, build, progress)

    def read(self, path: Path) -> NDArray[np.float32]:
        """Share and relative depth in m, shape (frames, 2, 32, 32), see `depth.crop`.

        Raises:
            DatasetError: the file is missing, unreadable, or holds something else.
        """
        if path.name in self._arrays:
            return self._arrays[path.name].astype(np.float32)
        return _cut(path)


def on_duration_of(imu: Signal, values: NDArray[Any]) -> Signal:
    """Frames spread evenly from the first to the last stamp of the inertial recording.

    Raises:
        DatasetError: there are fewer than two frames.
    """
    first, last = imu.stamps_ns[0], imu.stamps_ns[-1]
    return Signal(np.round(np.linspace(first, last, len(values))).astype(np.int64), values)


def _cut(path: Path) -> NDArray[np.float32]:
    values = read_matrix(path, 'd_depth')
    if not _is_numbers(values, 3) or values.shape[2] < 2:
        raise DatasetError(f'{path.name} has no variable d_depth of shape (rows, columns, frames)')
    try:
        return crop(values.transpose(2, 0, 1), FOCAL_PX * values.shape[1] / 320, _SIZE)
    except DatasetError as problem:
        raise DatasetError(f'{path.name}: {problem}') from None


def file_state(path: Path) -> str:
    """SHA-256 of what it holds, the same for every copy; empty where it cannot be read."""
    try:
        with path.open('rb') as file:
            return hashlib.file_digest(file, 'sha256').hexdigest()
    except (OSError, ValueError):
        return ''


def _is_numbers(values: object, ndim: int) -> TypeGuard[NDArray[np.generic]]:
    return isinstance(values, np.ndarray) and values.ndim == ndim and values.dtype.kind in 'fiu'
