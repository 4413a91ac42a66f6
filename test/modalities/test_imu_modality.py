import numpy as np
import pytest
from scipy.spatial.transform import Rotation

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


def test_augment_of_nothing_changes_nothing():
    windows = np.random.default_rng(0).normal(size=(4, 10, 6)).astype(np.float32)
    out = imu.augment(windows, 0.0, 0.0, 0.0, np.random.default_rng(0))
    np.testing.assert_allclose(out, windows, atol=1e-5)
    assert out.dtype == np.float32


def test_augment_rotation_is_one_rigid_turn_a_window():
    windows = np.random.default_rng(0).normal(size=(3, 20, 6)).astype(np.float32)
    out = imu.augment(windows, 0.5, 0.0, 0.0, np.random.default_rng(1))
    for before, after in zip(windows, out, strict=True):
        both = np.concatenate([before[:, :3], before[:, 3:]])
        turned = np.concatenate([after[:, :3], after[:, 3:]])
        rotation, error = Rotation.align_vectors(turned, both)
        assert error < 1e-4
        assert rotation.magnitude() > 0.01


def test_augment_noise_is_in_units_of_the_scale():
    out = imu.augment(np.zeros((50, 200, 6), np.float32), 0, 0, 0.1, np.random.default_rng(2))
    expected = [0.980665] * 3 + [0.35] * 3
    np.testing.assert_allclose(out.std(axis=(0, 1)), expected, rtol=0.05)


def test_augment_scale_is_one_factor_a_window():
    ones = np.ones((500, 4, 6), np.float32)
    out = imu.augment(ones, 0, 0.2, 0, np.random.default_rng(3))
    np.testing.assert_allclose(out, out[:, :1, :1] * ones, atol=1e-5)
    assert out[:, 0, 0].std() == pytest.approx(0.2, rel=0.15)


def test_augment_same_seed_is_the_same():
    windows = np.ones((2, 5, 6), np.float32)
    one, two = (imu.augment(windows, 0.2, 0.1, 0.1, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
