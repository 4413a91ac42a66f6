import numpy as np
import pytest
from helpers import made_dataset, train_config

from dcat_ros.datasets import Dataset, Signal, Trial
from dcat_ros.sensors.registry import sensors
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.streams import make_pool

IMU = sensors()['imu']


@pytest.mark.parametrize('lag_s', [0.0, 0.4, 1.0 - 1 / 50])
def test_pool_draw_label_is_that_of_the_instant_lag_before_the_end(lag_s):
    config = train_config(lag_s=lag_s)
    pool = make_pool(made_dataset(), config, IMU, np.random.default_rng(0))
    windows, y, _ = pool.draw(config, np.random.default_rng(1), 400)
    assert windows.shape == (400, 50, 6)
    assert windows.dtype == np.float32
    at = 49 - round(lag_s * 50)
    # wx is 1 in walk, 2 in jog, 0 in rest
    np.testing.assert_allclose(windows[:, at, 3], np.array([1.0, 2.0, 0.0])[y], atol=1e-4)
    assert set(y) == {0, 1, 2}


def test_pool_draw_windows_straddle_an_action_and_stillness():
    config = train_config()
    pool = make_pool(made_dataset(), config, IMU, np.random.default_rng(0))
    windows, y, _ = pool.draw(config, np.random.default_rng(1), 300)
    moving = windows[y < 2, :, 3]
    assert ((moving == 0).any(axis=1) & (moving > 0).any(axis=1)).mean() > 0.5


def test_pool_draw_window_is_of_one_subject():
    config = train_config(joins=3)
    pool = make_pool(made_dataset(n=20), config, IMU, np.random.default_rng(0))
    windows, _, _ = pool.draw(config, np.random.default_rng(1), 500)
    marks = windows[:, :, 0]
    np.testing.assert_allclose(marks, marks[:, :1] * np.ones(50), atol=1e-3)
    assert {round(float(m)) for m in marks[:, 0]} == {10, 20, 30}


def test_pool_draw_share_of_rest():
    config = train_config(rest_share=0.4)
    pool = make_pool(made_dataset(), config, IMU, np.random.default_rng(0))
    _, y, _ = pool.draw(config, np.random.default_rng(1), 4000)
    shares = np.bincount(y) / 4000
    np.testing.assert_allclose(shares, [0.3, 0.3, 0.4], atol=0.03)


def test_pool_draw_is_the_same_for_the_same_seed():
    config = train_config(augment={'rotation_rad': 0.2, 'warp': 0.3, 'noise': 0.1})
    pool = make_pool(made_dataset(), config, IMU, np.random.default_rng(0))
    one, two = (pool.draw(config, np.random.default_rng(4), 9) for _ in range(2))
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1], two[1])


def test_pool_draw_faster_movement_has_a_greater_angular_rate():
    config = train_config(lag_s=0.1, window_s=0.2, stride_s=0.2, augment={'warp': 0.5})
    pool = make_pool(made_dataset(n=100), config, IMU, np.random.default_rng(0))
    windows, y, _ = pool.draw(config, np.random.default_rng(1), 500)
    rates = windows[y == 0, 4, 3]
    assert rates.min() < 0.6
    assert rates.max() > 1.4
    assert rates.min() >= 0.5 - 1e-4
    assert rates.max() <= 1.5 + 1e-4


def ramps():
    """Two trials of different length whose wz rises from 0 to 1."""
    trials = []
    for label, n in (('walk', 41), ('jog', 81)):
        values = np.zeros((n, 6))
        values[:, 5] = np.linspace(0, 1, n)
        trials.append(Trial(label, label, '1', label, {'imu': Signal.at_rate(values, 50.0)}))
    return Dataset(made_dataset().info, tuple(trials))


def test_whole_recordings_are_stretched_to_one_length():
    x, y = whole_recordings(ramps(), 17, 'imu')
    assert x.shape == (2, 17, 6)
    assert x.dtype == np.float32
    assert y.tolist() == [0, 1]
    np.testing.assert_allclose(x[:, :, 5], np.tile(np.linspace(0, 1, 17), (2, 1)), atol=1e-6)


def test_whole_recordings_of_their_own_length_are_unchanged():
    x, _ = whole_recordings(Dataset(ramps().info, ramps().trials[:1]), 41, 'imu')
    np.testing.assert_allclose(x[0], ramps().trials[0].signals['imu'].values, atol=1e-6)
