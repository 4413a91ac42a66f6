import numpy as np
import pytest

from dcat_ros.datasets import load
from dcat_ros.modalities import imu


@pytest.mark.parametrize(
    ('angles', 'vector', 'expected'),
    [
        ((np.pi / 2, 0, 0), (0, 1, 0), (0, 0, 1)),
        ((0, np.pi / 2, 0), (0, 0, 1), (1, 0, 0)),
        ((0, 0, np.pi / 2), (1, 0, 0), (0, 1, 0)),
        # roll first, then yaw, about fixed axes: y -> z, and z stays
        ((np.pi / 2, 0, np.pi / 2), (0, 1, 0), (0, 0, 1)),
        ((np.pi / 2, 0, np.pi / 2), (1, 0, 0), (0, 1, 0)),
    ],
)
def test_mount_rotation_by_hand(angles, vector, expected):
    matrix = imu.mount_rotation(*angles)
    assert matrix.dtype == np.float32
    np.testing.assert_allclose(matrix @ np.array(vector), expected, atol=1e-6)


def test_rotate_turns_both_vectors_alike():
    samples = np.array([[1, 2, 3, 4, 5, 6]], dtype=np.float32)
    matrix = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], dtype=np.float32)
    np.testing.assert_array_equal(imu.rotate(samples, matrix), [[-2, 1, 3, -5, 4, 6]])


def still(**changes):
    samples = np.zeros((100, 6), np.float32)
    samples[:, 2] = 9.81
    for channel, value in changes.items():
        samples[:, imu.CHANNELS.index(channel)] = value
    return samples


@pytest.mark.parametrize(
    ('samples', 'text'),
    [
        (still(), ''),
        (still(az=1.0), 'acceleration is 1.0 m/s²'),
        (still(az=0.0), 'acceleration is 0.0 m/s²'),
        (still(wx=-57.0), 'the angular rate reaches 57 rad/s'),
        (still(wx=34.9), ''),
        (still(ax=80.0), ''),
    ],
)
def test_doubt_by_hand(samples, text):
    found = imu.doubt(samples)
    assert found.startswith(text) if text else found == ''


def test_nobody_real_is_doubted(data_dir):
    """Every window of every recording: a warning about right data would teach to ignore them."""
    trials = [t for name in ('utd_mhad', 'watch') for t in load(name, data_dir).trials]
    assert len(trials) > 700
    for trial in trials:
        values = trial.signals['imu'].values.astype(np.float32)
        for start in range(0, max(1, len(values) - 99), 25):
            assert imu.doubt(values[start : start + 100]) == '', trial.name
