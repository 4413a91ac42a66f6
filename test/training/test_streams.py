import numpy as np
import pytest
from helpers import made_dataset, train_config

from dcat_ros.datasets import Dataset, Signal, Trial
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.sensors.registry import sensors
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.streams import make_pool

IMU, SOUND = sensors()['imu'], sensors()['audio']


@pytest.mark.parametrize('lag_s', [0.0, 0.4, 1.0 - 1 / 50])
def test_pool_draw_label_is_that_of_the_instant_lag_before_the_end(lag_s):
    config = train_config(lag_s=lag_s)
    pool = make_pool(made_dataset(), config, IMU, np.random.default_rng(0))
    windows, y, *_ = pool.draw(config, np.random.default_rng(1), 400)
    assert windows.shape == (400, 50, 6)
    assert windows.dtype == np.float32
    at = 49 - round(lag_s * 50)
    # wx is 1 in walk, 2 in jog, 0 in rest
    np.testing.assert_allclose(windows[:, at, 3], np.array([1.0, 2.0, 0.0])[y], atol=1e-4)
    assert set(y) == {0, 1, 2}


def test_pool_draw_windows_straddle_an_action_and_stillness():
    config = train_config()
    pool = make_pool(made_dataset(), config, IMU, np.random.default_rng(0))
    windows, y, *_ = pool.draw(config, np.random.default_rng(1), 300)
    moving = windows[y < 2, :, 3]
    assert ((moving == 0).any(axis=1) & (moving > 0).any(axis=1)).mean() > 0.5


def test_pool_draw_window_is_of_one_subject():
    config = train_config(joins=3)
    pool = make_pool(made_dataset(n=20), config, IMU, np.random.default_rng(0))
    windows, _, *_ = pool.draw(config, np.random.default_rng(1), 500)
    marks = windows[:, :, 0]
    np.testing.assert_allclose(marks, marks[:, :1] * np.ones(50), atol=1e-3)
    assert {round(float(m)) for m in marks[:, 0]} == {10, 20, 30}


def test_pool_draw_share_of_rest():
    config = train_config(rest_share=0.4)
    pool = make_pool(made_dataset(), config, IMU, np.random.default_rng(0))
    _, y, *_ = pool.draw(config, np.random.default_rng(1), 4000)
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
    windows, y, *_ = pool.draw(config, np.random.default_rng(1), 500)
    rates = windows[y == 0, 4, 3]
    assert rates.min() < 0.6
    assert rates.max() > 1.4
    assert rates.min() >= 0.5 - 1e-4
    assert rates.max() <= 1.5 + 1e-4


def test_pool_draw_windows_within_a_recording_hold_nothing_else():
    config = train_config(straddle=0.0, joins=2, augment={'warp': 0.3})
    pool = make_pool(made_dataset(n=70), config, IMU, np.random.default_rng(0))
    windows, y, *_ = pool.draw(config, np.random.default_rng(1), 300)
    moving = windows[y < 2, :, 3]
    assert (moving > 0).all()
    # those of pauses still reach into what is done beside
    still = windows[y == 2, :, 3]
    assert ((still == 0).any(axis=1) & (still > 0).any(axis=1)).any()


def test_pool_draw_a_share_of_the_windows_straddles():
    config = train_config(straddle=0.5)
    pool = make_pool(made_dataset(n=70), config, IMU, np.random.default_rng(0))

    def share(config):
        windows, y, *_ = pool.draw(config, np.random.default_rng(1), 3000)
        return (windows[y < 2, :, 3] == 0).any(axis=1).mean()

    assert share(config) == pytest.approx(share(train_config()) / 2, abs=0.04)


def test_pool_draw_a_recording_that_is_too_short_begins_anew():
    config = train_config(straddle=0.0, window_s=2.0, lag_s=1.0)
    data = made_dataset(n=30)
    for trial in data.trials:
        trial.signals['imu'].values[:, 1] = np.arange(30)  # which sample it is
    pool = make_pool(data, config, IMU, np.random.default_rng(0))
    windows, y, *_ = pool.draw(config, np.random.default_rng(1), 50)
    steps = np.diff(windows[y < 2, :, 1], axis=1)
    assert set(np.unique(steps.round(3))) == {1.0, -29.0}
    assert (windows[y < 2, :, 3] > 0).all()


def test_pool_draw_length_and_lag_grow_together():
    config = train_config()
    pool = make_pool(made_dataset(n=120), config, IMU, np.random.default_rng(0))
    windows, y, *_ = pool.draw(config, np.random.default_rng(1), 300, 2.0)
    assert windows.shape == (300, 100, 6)
    at = 99 - round(2 * config.lag_s * 50)
    np.testing.assert_allclose(windows[:, at, 3], np.array([1.0, 2.0, 0.0])[y], atol=1e-4)


def test_pool_draw_sources_evenly():
    """A source of many samples is drawn as often as one of few."""
    trials = []
    for source, n, mark in (('long', 400, 10.0), ('short', 40, 20.0)):
        for label, rate in (('walk', 1.0), ('jog', 2.0)):
            values = np.zeros((n, 6))
            values[:, 0], values[:, 3] = mark, rate
            signal = Signal.at_rate(values, 50.0)
            trials.append(Trial(f'{source}{label}', label, source, source, {'imu': signal}))
    data = Dataset(made_dataset().info, tuple(trials))

    def share(**changes):
        config = train_config(**changes)
        pool = make_pool(data, config, IMU, np.random.default_rng(0))
        windows, y, *_ = pool.draw(config, np.random.default_rng(1), 2000)
        return (windows[y < 2, 0, 0] == 20).mean()

    assert share(evenly='sources') == pytest.approx(0.5, abs=0.05)
    assert share() < 0.15


def test_pool_draw_pauses_that_are_no_label_favour_none():
    config = train_config(rest='unknown', rest_share=0.5)
    pool = make_pool(made_dataset(), config, IMU, np.random.default_rng(0))
    batch = pool.draw(config, np.random.default_rng(1), 400)
    assert batch.targets.shape == (400, 2)
    assert batch.targets.dtype == np.float32
    moving = batch.windows[:, 49 - round(0.4 * 50), 3] > 0.5
    np.testing.assert_array_equal(batch.targets[~moving], 0.5)
    assert set(batch.targets[moving].max(axis=1)) == {1.0}
    assert moving.mean() == pytest.approx(0.5, abs=0.1)
    none = pool.draw(config, np.random.default_rng(1), 5, labelled=False)
    np.testing.assert_array_equal(none.targets, 0)


def test_pool_draw_two_sounds_at_once_share_the_label_and_have_no_partner():
    from helpers import made_sounds

    data = as_sensor(made_sounds(), SOUND, 100.0)
    config = train_config(modality='audio', augment={'mix': 0.5}, rest='unknown', evenly='sources')
    rows = {trial.name: i for i, trial in enumerate(data.trials)}
    pool = make_pool(data, config, SOUND, np.random.default_rng(0), rows)
    batch = pool.draw(config, np.random.default_rng(1), 200)
    np.testing.assert_allclose(batch.targets.sum(axis=1), 1, atol=1e-5)
    assert np.isfinite(batch.windows).all()
    two = (batch.targets.max(axis=1) < 1) & (np.ptp(batch.targets, axis=1) > 0.01)
    assert 0.1 < two.mean() < 0.6
    assert (batch.pairs[two] == -1).all()
    assert (batch.pairs >= 0).mean() > 0.2


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
