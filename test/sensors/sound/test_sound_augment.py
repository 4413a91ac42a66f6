"""Random changes of sound: they are what they say."""

import numpy as np

from dcat_ros.sensors.sound import augment as change


def rng(seed=0):
    return np.random.default_rng(seed)


def power(n=4, rows=50, seed=1):
    return rng(seed).uniform(0.1, 1, size=(n, rows, 64)).astype(np.float32)


def test_normalise_gives_mean_one_and_the_mean():
    x = power()
    normal, mean = change.normalise(x)
    np.testing.assert_allclose(normal.mean(axis=(1, 2)), 1, rtol=1e-5)
    np.testing.assert_allclose(normal * mean, x, rtol=1e-5)


def test_mix_keeps_power_in_the_squares_of_the_shares_and_each_its_level():
    x = np.stack([np.full((5, 64), -10.0), np.full((5, 64), -40.0)]).astype(np.float32)
    x[0, :, 32:] = -100.0  # all the power in half of the bands
    targets = np.eye(2, dtype=np.float32)
    seen = 0
    for seed in range(20):
        mixed, shared, are_two = change.mix(x, targets, 0.5, rng(seed))
        share = shared[0, 0]
        a, b = share**2, (1 - share) ** 2
        low, high = 10 ** (mixed[0, 0, [0, -1]] / 10)
        np.testing.assert_allclose(high / low, b / (2 * a + b), rtol=1e-3, atol=1e-6)
        level = 10 * np.log10((10 ** (mixed / 10)).mean(axis=(1, 2)))
        np.testing.assert_allclose(level, [-10 - 10 * np.log10(2), -40], atol=1e-3)
        assert share >= 0.5
        assert (share < 1) == are_two[0]
        seen += are_two[0]
    assert 3 < seen < 17


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
