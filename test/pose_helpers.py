"""The pose network, and pictures of somebody, for the tests that need them."""

import os
from pathlib import Path

import pytest

from dcat_ros.datasets.raw import read_depth
from dcat_ros.datasets.shading import pictures_of
from dcat_ros.datasets.utd_mhad_files import FOCAL_PX
from dcat_ros.errors import InputError
from dcat_ros.sensors.camera.landmarks import ready_network


def pose_network():
    """The pose network, or a reason to skip."""
    pytest.importorskip('mediapipe', reason='needs the extra camera')
    try:
        return ready_network()
    except InputError as problem:
        pytest.skip(str(problem))


def depth_frames(trial='a3_s1_t1'):
    """Depth (n, 240, 320) in mm of a recorded trial, by default somebody who waves, or a skip."""
    folder = Path(os.environ.get('DCAT_DATA', '')) / 'utd_mhad' / 'Depth'
    if not folder.is_dir():
        pytest.skip('needs utd_mhad below DCAT_DATA')
    return read_depth(folder / f'{trial}_depth.mat')


def rendered(trial='a3_s1_t1'):
    """The same as pictures (n, 240, 320) of an ordinary camera."""
    return pictures_of(depth_frames(trial), FOCAL_PX)
