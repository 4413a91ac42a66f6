"""What camera and microphone gave themselves, for bags: not what a network sees of it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Trial
from dcat_ros.datasets.utd_mhad_files import FOCAL_PX, read_matrix
from dcat_ros.errors import DatasetError

__all__ = ['depth_frames', 'focal_length', 'read_depth']


def depth_frames(data_dir: Path, trial: Trial) -> NDArray[np.uint16]:
    """Frames of a trial of UTD-MHAD, shape (n, H, W), mm, 0 for no reading.

    Raises:
        DatasetError: its file is missing, unreadable, or holds something else.
    """
    return read_depth(data_dir / 'utd_mhad' / 'Depth' / f'{trial.name}_depth.mat')


def read_depth(path: Path) -> NDArray[np.uint16]:
    """Frames of one of its files, shape (n, H, W), mm, 0 for no reading; at least one.

    Raises:
        DatasetError: the file is missing, unreadable, or holds something else.
    """
    values = read_matrix(path, 'd_depth')
    if (
        not isinstance(values, np.ndarray)
        or values.ndim != 3
        or values.dtype.kind not in 'fiu'
        or not values.size
    ):
        raise DatasetError(f'{path.name} has no variable d_depth of shape (rows, columns, frames)')
    millimetres = np.where(np.isfinite(values), values, 0).clip(0, 65535)
    return np.ascontiguousarray(millimetres.transpose(2, 0, 1).astype(np.uint16))


def focal_length(width: int) -> float:
    """Of UTD-MHAD's depth camera in pixels of frames of this width."""
    return FOCAL_PX * width / 320
