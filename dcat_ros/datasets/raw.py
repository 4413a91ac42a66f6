"""What camera and microphone gave themselves, for bags: not what a network sees of it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Trial
from dcat_ros.datasets.utd_mhad_files import FOCAL_PX, read_matrix
from dcat_ros.errors import DatasetError

__all__ = ['depth_frames', 'focal_length']


def depth_frames(data_dir: Path, trial: Trial) -> NDArray[np.uint16]:
    """Frames of a trial of UTD-MHAD, shape (n, H, W), mm, 0 for no reading.

    Raises:
        DatasetError: its file is missing, unreadable, or holds something else.
    """
    path = data_dir / 'utd_mhad' / 'Depth' / f'{trial.name}_depth.mat'
    values = read_matrix(path, 'd_depth')
    if not isinstance(values, np.ndarray) or values.ndim != 3 or values.dtype.kind not in 'fiu':
        raise DatasetError(f'{path.name} has no variable d_depth of shape (rows, columns, frames)')
    millimetres = np.where(np.isfinite(values), values, 0).clip(0, 65535)
    return np.ascontiguousarray(millimetres.transpose(2, 0, 1).astype(np.uint16))


def focal_length(width: int) -> float:
    """Of UTD-MHAD's depth camera in pixels of frames of this width."""
    return FOCAL_PX * width / 320
