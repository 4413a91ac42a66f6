import numpy as np
import pytest

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
