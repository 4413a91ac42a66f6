"""The fixed-kernel features against numpy loops."""

from itertools import combinations

import numpy as np
import pytest
import torch

from dcat_ros.blocks.kernels import on_grid
from dcat_ros.sensors.inertial.derived import DerivedChannels
from dcat_ros.sensors.inertial.kernels import InertialFeatures

SCALE = np.array([9.80665] * 3 + [3.5] * 3, np.float32)


def windows(n, t, seed=0):
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(size=(n, t, 6)), axis=1)
    return (walk + np.array([0, 0, 9.8, 0, 0, 0])).astype(np.float32)


def on_steps(x, steps):
    return np.round(x * steps) / steps


def naive_gravity(x, kernel):
    t = x.shape[1]
    gravity = np.zeros((3, t))
    for c in range(3):
        for i in range(t):
            for k in range(-36, 37):
                gravity[c, i] += kernel[k + 36] * x[c, min(max(i + k, 0), t - 1)]
    return gravity


def naive_derived(window):
    """(T, 6) to (11, T), one number at a time, in double precision."""
    x = np.clip((window / SCALE).T, -16, 16).astype(float)
    kernel = np.exp(-0.5 * (np.arange(-36, 37) / 12) ** 2)
    kernel = on_steps(kernel / kernel.sum(), 1024)
    kernel[36] += 1 - kernel.sum()
    gravity = naive_gravity(on_steps(x[:3], 1024), kernel)
    x = on_steps(x, 4096)
    lengths = np.sqrt([(x[:3] ** 2).sum(axis=0), (x[3:] ** 2).sum(axis=0)])
    lengths = lengths.clip(max=4096 / (12 * 11))
    return np.concatenate([x, on_steps(gravity, 4096), on_steps(lengths, 4096)])


@pytest.mark.parametrize('size', [0.01, 1.0, 30.0])
@pytest.mark.parametrize('t', [1, 9, 100])
def test_derived_channels_are_the_naive_ones_to_the_last_bit(t, size):
    window = windows(1, t) * np.float32(size)
    found = on_grid(DerivedChannels()(torch.from_numpy(window))[0].clamp(max=4096 / (12 * 11)))
    np.testing.assert_array_equal(found, naive_derived(window[0]))


def test_gravity_on_the_grid_is_that_of_the_gaussian():
    window = windows(1, 100)
    kernel = np.exp(-0.5 * (np.arange(-36, 37) / 12) ** 2)
    expected = naive_gravity((window[0] / SCALE).T[:3], kernel / kernel.sum())
    found = DerivedChannels()(torch.from_numpy(window))[0, 6:9]
    np.testing.assert_allclose(found, expected, atol=0.005)


@pytest.fixture(scope='module')
def fitted():
    module = InertialFeatures()
    module.fit(torch.from_numpy(windows(40, 50)), torch.Generator().manual_seed(3))
    return module


def naive_proportions(module, window, picks):
    """Features (dilation, kernel, threshold) of one window."""
    derived = naive_derived(window)
    t = derived.shape[1]
    triples = list(combinations(range(9), 3))
    out = []
    for d, k, j in picks:
        mixed = (module.channels[d, k].numpy()[:, None] * derived).sum(axis=0)
        weights = [2.0 if i in triples[k] else -1.0 for i in range(9)]
        dilation = (1, 2, 4, 8, 16)[d]
        above = 0
        for i in range(t):
            total = 0.0
            for tap in range(9):
                at = i + (tap - 4) * dilation
                if 0 <= at < t:
                    total += weights[tap] * mixed[at]
            above += total > float(module.thresholds[d, k, j])
        out.append(above / t)
    return out


@pytest.mark.parametrize('t', [20, 50, 81])
def test_ppv_features_are_the_naive_proportions(fitted, t):
    rng = np.random.default_rng(7)
    picks = [tuple(int(v) for v in rng.integers([5, 84, 4])) for _ in range(60)]
    window = windows(1, t, seed=11)
    found = fitted(torch.from_numpy(window))[0] * fitted.deviation + fitted.mean
    found = found.view(5, 84, 4).numpy()
    expected = naive_proportions(fitted, window[0], picks)
    np.testing.assert_allclose([found[p] for p in picks], expected, atol=1e-5)


@pytest.mark.parametrize('size', [0.0, 0.1, 1.0, 30.0])
def test_ppv_features_of_a_window_do_not_depend_on_the_others(fitted, size):
    many = torch.from_numpy(windows(33, 70, seed=5) * np.float32(size))
    together = fitted(many)
    for n in (1, 2, 5):
        assert torch.equal(torch.cat([fitted(some) for some in many.split(n)]), together)


def test_ppv_fit_standardises_its_training_windows(fitted):
    features = fitted(torch.from_numpy(windows(40, 50)))
    assert features.shape == (40, 1680)
    np.testing.assert_allclose(features.mean(dim=0), 0, atol=1e-4)
    varied = fitted.deviation > 1e-3
    assert varied.sum() > 1000
    np.testing.assert_allclose(features.std(dim=0)[varied], 1, atol=1e-3)


def test_ppv_fit_every_kernel_sees_some_channel(fitted):
    sizes = fitted.channels.sum(dim=2)
    assert sizes.min() >= 1
    assert sizes.max() <= 11
    assert set(fitted.channels.unique().tolist()) == {0.0, 1.0}
    assert (sizes <= 3).float().mean() > 0.4  # small sets more often


def test_ppv_fit_is_the_same_for_the_same_seed(fitted):
    again, other = InertialFeatures(), InertialFeatures()
    again.fit(torch.from_numpy(windows(40, 50)), torch.Generator().manual_seed(3))
    other.fit(torch.from_numpy(windows(40, 50)), torch.Generator().manual_seed(4))
    for name, tensor in fitted.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])
    assert not torch.equal(fitted.channels, other.channels)
