"""Random changes keep what they must keep, for each kind of sensor."""

import numpy as np
import pytest

from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.registry import sensors
from dcat_ros.training.augment import cropped
from dcat_ros.training.views import find_view

CALM = AugmentConfig(rotation_rad=0, warp=0, scale=0, noise=0)


def windows(modality, n=6, length=20, seed=0):
    values = np.random.default_rng(seed).normal(size=(n, length, modality.n_values))
    return values.astype(np.float32)


def changed(name, given=None, **options):
    modality = sensors()[name]
    config = CALM.model_copy(update=options)
    given = windows(modality) if given is None else given
    return given, modality.augment(modality, given, config, np.random.default_rng(1))


@pytest.mark.parametrize('name', sensors())
def test_augment_keeps_shape_and_kind_and_changes_nothing_in_place(name):
    given = windows(sensors()[name])
    before = given.copy()
    _, found = changed(name, given, rotation_rad=0.3, scale=0.2, noise=0.1)
    assert found.shape == given.shape
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert not np.array_equal(found, before)
    np.testing.assert_array_equal(given, before)
    _, again = changed(name, before, rotation_rad=0.3, scale=0.2, noise=0.1)
    np.testing.assert_array_equal(found, again)


@pytest.mark.parametrize('name', ['imu', 'accelerometer', 'gyroscope', 'skeleton', 'motion'])
def test_augment_without_amounts_is_nothing(name):
    given, found = changed(name)
    np.testing.assert_allclose(found, given, atol=1e-6)


@pytest.mark.parametrize('name', ['imu', 'accelerometer', 'gyroscope', 'skeleton'])
def test_augment_rotation_keeps_lengths_and_turns_all_vectors_of_a_window_alike(name):
    given, found = changed(name, rotation_rad=0.5)
    a, b = (x.reshape(6, -1, 3).astype(float) for x in (given, found))
    np.testing.assert_allclose(np.linalg.norm(a, axis=2), np.linalg.norm(b, axis=2), rtol=1e-5)
    np.testing.assert_allclose(a @ a.transpose(0, 2, 1), b @ b.transpose(0, 2, 1), atol=1e-4)
    assert np.abs(a - b).max() > 0.1


def test_augment_skeletons_are_turned_about_the_vertical_alone():
    given, found = changed('skeleton', rotation_rad=0.5)
    up = slice(1, None, 3)
    np.testing.assert_allclose(found[..., up], given[..., up], atol=1e-5)


def test_augment_scale_is_one_factor_a_window():
    given, found = changed('imu', scale=0.2)
    factors = (found / given).reshape(6, -1)
    assert factors.std(axis=1).max() < 1e-4
    assert len(set(factors[:, 0].round(5))) == 6


def test_augment_noise_is_in_the_units_of_each_channel():
    given = np.zeros((40, 200, 6), np.float32)
    _, found = changed('imu', given, noise=0.05)
    expected = 0.05 * np.array(sensors()['imu'].scale)
    np.testing.assert_allclose(found.std(axis=(0, 1)), expected, rtol=0.05)


@pytest.mark.parametrize('name', ['depth', 'depth_16'])
def test_augment_frames_of_a_window_are_shifted_alike_and_gain_no_reading(name):
    modality = sensors()[name]
    size = modality.size
    given = np.zeros((30, 4, 2, size, size), np.float32)
    given[:, :, :, size // 2, size // 2] = 1
    flat = given.reshape(30, 4, -1)
    found = modality.augment(modality, flat, CALM, np.random.default_rng(0)).reshape(given.shape)
    places = set()
    for window in found:
        where = {tuple(x) for x in np.argwhere(window[0, 0])}
        assert all({tuple(x) for x in np.argwhere(f)} == where for c in window for f in c)
        places |= where
    reach = size // 16
    assert len(places) > 1
    assert all(abs(y - size // 2) <= reach and abs(x - size // 2) <= reach for y, x in places)


def test_augment_scale_changes_the_depth_of_a_frame_and_not_its_mask():
    modality = sensors()['depth_16']
    given = np.ones((5, 3, 512), np.float32)
    # the border that a shift brings in has no reading
    found = modality.augment(
        modality, given, CALM.model_copy(update={'scale': 0.2}), np.random.default_rng()
    )
    assert set(np.unique(found[..., :256])) <= {0.0, 1.0}
    assert not np.isin(found[..., 256:], [0.0, 1.0]).all()


def test_augment_spectra_lose_a_stretch_of_time_and_move_by_some_bands():
    modality = find_view('audio').sensor
    given = np.broadcast_to(np.arange(1, 65, dtype=np.float32), (50, 40, 64)).copy()
    found = modality.augment(modality, given, CALM, np.random.default_rng(0))
    blank = (found == 0).all(axis=2)
    assert blank.sum(axis=1).max() == 6  # 0.15 of 40
    for window, lost in zip(found, blank, strict=True):
        edges = np.flatnonzero(np.diff(np.r_[0, lost.astype(int), 0]))
        assert len(edges) in (0, 2)
        kept = window[~lost]
        assert np.abs(kept - given[0, 0]).max() <= 2
        np.testing.assert_array_equal(kept, np.broadcast_to(kept[0], kept.shape))


def test_cropped_takes_up_to_its_share_of_the_time_away():
    ramp = np.broadcast_to(np.linspace(0, 1, 50, dtype=np.float32)[None, :, None], (200, 50, 3))
    found = cropped(ramp, 0.2, np.random.default_rng(0))
    starts, stops = found[:, 0, 0], found[:, -1, 0]
    assert found.shape == ramp.shape
    assert (starts >= 0).all()
    assert (stops <= 1 + 1e-6).all()
    lengths = stops - starts
    assert 0.8 - 1e-6 <= lengths.min() < 0.82
    assert 0.98 < lengths.max() <= 1 + 1e-6
    # what is left is stretched evenly
    np.testing.assert_allclose(np.diff(found[..., 0], axis=1).std(axis=1), 0, atol=1e-6)


def test_cropped_of_nothing_is_the_same():
    given = windows(sensors()['imu'])
    np.testing.assert_allclose(cropped(given, 0.0, np.random.default_rng(0)), given, atol=1e-6)


def test_sound_of_another_place_keeps_its_shape_and_silence_is_finite():
    modality = sensors()['audio']
    given = np.random.default_rng(0).uniform(-70, -10, size=(6, 50, 64)).astype(np.float32)
    given[0] = -100.0
    one, two = (
        modality.augment(modality, given, CALM, np.random.default_rng(seed)) for seed in (1, 1)
    )
    np.testing.assert_array_equal(one, two)
    assert one.shape == given.shape
    assert one.dtype == np.float32
    assert np.isfinite(one).all()
    assert one.min() >= -100.0
    assert not np.allclose(one[1:], given[1:], atol=1)
