"""Training windows of sound: changes that are what they say, and windows of pauses."""

import numpy as np
import pytest
from helpers import made_sounds

from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.sensors.registry import sensors
from dcat_ros.sensors.sound import augment as change
from dcat_ros.training.sound_batches import LENGTHS, make_sound_pool


def rng(seed=0):
    return np.random.default_rng(seed)


def power(n=4, rows=50, seed=1):
    return rng(seed).uniform(0.1, 1, size=(n, rows, 64)).astype(np.float32)


@pytest.fixture(scope='module')
def pool():
    return make_sound_pool(as_sensor(made_sounds(), sensors()['audio'], 100.0))


def test_draw_is_made_of_its_seed_alone(pool):
    one, two = (pool.draw(rng(3), 6, 0.5) for _ in range(2))
    np.testing.assert_array_equal(one.windows, two.windows)
    np.testing.assert_array_equal(one.targets, two.targets)


def test_draw_has_all_lengths_and_sound_targets(pool):
    lengths = set()
    for seed in range(30):
        batch = pool.draw(rng(seed), 6, 0.3)
        lengths.add(batch.windows.shape[1])
        assert batch.windows.shape == (6, batch.windows.shape[1], 64)
        assert batch.windows.dtype == batch.targets.dtype == np.float32
        assert np.isfinite(batch.windows).all()
        assert batch.windows.min() >= -100.001
        np.testing.assert_allclose(batch.targets.sum(axis=1), 1, atol=1e-5)
    assert lengths == set(LENGTHS)


def test_draw_without_pauses_names_classes_equally_often(pool):
    targets = np.concatenate([pool.draw(rng(seed), 6, 0).targets for seed in range(50)])
    # but for the shares of a mix
    np.testing.assert_allclose(targets.mean(axis=0), 1 / 3, atol=0.02)


def test_draw_of_pauses_alone_is_quiet_or_cut(pool):
    even, quiet, labelled = 0, 0, 0
    for seed in range(40):
        batch = pool.draw(rng(seed), 6, 1.0)
        is_even = np.ptp(batch.targets, axis=1) < 1e-6
        level = 10 * np.log10((10 ** (batch.windows / 10)).mean(axis=(1, 2)))
        even, quiet = even + is_even.sum(), quiet + (level < -45).sum()
        labelled += (batch.targets.max(axis=1) > 0.5).sum()
    assert even > 0.5 * 240
    assert quiet > 0.4 * 240
    assert labelled > 0


def test_normalise_gives_mean_one_and_the_mean():
    x = power()
    normal, mean = change.normalise(x)
    np.testing.assert_allclose(normal.mean(axis=(1, 2)), 1, rtol=1e-5)
    np.testing.assert_allclose(normal * mean, x, rtol=1e-5)


def test_mix_keeps_power_in_the_squares_of_the_shares():
    x = np.stack([np.full((5, 64), 1.0), np.full((5, 64), 3.0)]).astype(np.float32)
    targets = np.eye(2, dtype=np.float32)
    seen = 0
    for seed in range(20):
        mixed, shared = change.mix(x, targets, rng(seed))
        share = shared[0, 0]
        a, b = share**2, (1 - share) ** 2
        np.testing.assert_allclose(mixed[0], (a + 3 * b) / (a + b), rtol=1e-5)
        assert share >= 0.5
        seen += share < 1
    assert seen > 3


def test_add_noise_lies_6_to_40_db_below():
    x, noise = np.ones((500, 4, 64), np.float32), np.ones((500, 4, 64), np.float32)
    added = change.add_noise(x, noise, rng())[:, 0, 0] - 1
    level = 10 * np.log10(added[added > 0])
    assert 0.5 < (added > 0).mean() < 0.7
    assert -40.1 < level.min() < -38
    assert -8 < level.max() < -5.9


def test_shift_bands_moves_a_ramp_by_at_most_two():
    ramp = np.broadcast_to(np.arange(64, dtype=np.float32), (50, 3, 64))
    moved = change.shift_bands(ramp, rng()) - ramp
    inside = moved[:, :, 4:-4]
    np.testing.assert_allclose(inside, np.broadcast_to(inside[:, :1, :1], inside.shape), atol=1e-4)
    assert 1 < np.abs(inside).max() <= 2


def test_equalise_is_one_gain_per_band():
    x = power(20)
    gains = change.equalise(x, rng()) / x
    np.testing.assert_allclose(gains, np.broadcast_to(gains[:, :1], gains.shape), rtol=1e-4)
    # a band-pass takes away nearly all at an edge, for some
    assert 0 < (gains[:, 0, [0, -1]].min(axis=1) < 1e-3).mean() < 1


def test_mask_hides_bands_and_time_and_leaves_its_argument():
    x = power(30)
    before = x.copy()
    masked = change.mask(x, rng())
    np.testing.assert_array_equal(x, before)
    hidden = masked != x
    assert (hidden.all(axis=1).sum(axis=1) <= 10).all()
    assert (hidden.all(axis=2).sum(axis=1) <= 0.15 * 50).all()
    assert hidden.any()
