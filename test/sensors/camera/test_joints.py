"""The few joints of landmarks and skeletons, and the samples that are made of them."""

import numpy as np
import pytest
import torch
from camera_helpers import people, person

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.camera.augment import augment
from dcat_ros.sensors.camera.front import Placed
from dcat_ros.sensors.camera.joints import HIPS, JOINTS, from_kinect, from_landmarks, torso_of
from dcat_ros.sensors.camera.samples import joints_on_grid, told
from dcat_ros.sensors.camera.sensor import CAMERA
from dcat_ros.sensors.skeleton.features import JOINTS as KINECT_JOINTS
from dcat_ros.signals import Signal
from dcat_ros.training.config import AugmentConfig


def moving(n=20, **options):
    """Somebody who walks to the right."""
    return np.stack([person(x=0.5 + 0.01 * i, **options) for i in range(n)])


def placed(joints):
    places, seen = Placed()(torch.from_numpy(told(joints)).float()[None])
    return places[0].numpy(), seen[0].numpy()


def test_landmarks_become_joints_with_left_and_right_of_the_person():
    joints = from_landmarks(person(x=1.0, y=0.5, torso=0.2)[None])[0]
    at = dict(zip(JOINTS, joints, strict=True))
    np.testing.assert_allclose(at['head'], (1.0, 0.24, 0.9), atol=1e-6)
    np.testing.assert_allclose(at['left_wrist'], (1.08, 0.54, 0.9), atol=1e-6)
    np.testing.assert_allclose(at['right_knee'], (0.96, 0.66, 0.9), atol=1e-6)
    assert torso_of(joints[None])[0] == pytest.approx(0.2)


def test_one_ear_is_enough_to_see_a_head():
    assert from_landmarks(person(hidden=(7,))[None])[0, 0, 2] == pytest.approx(0.9)


def test_nobody_is_not_seen():
    assert not from_landmarks(np.full((2, 33, 7), np.nan)).any()


def test_a_kinects_skeleton_is_what_a_camera_in_its_place_sees():
    positions = np.zeros((1, 20, 3))
    positions[..., 2] = 2.0
    positions[0, KINECT_JOINTS.index('right_wrist')] = (0.5, 0.25, 2.0)  # right in the mirror
    positions[0, KINECT_JOINTS.index('left_ankle')] = (-0.2, -0.8, 4.0)
    at = dict(zip(JOINTS, from_kinect(positions)[0], strict=True))
    np.testing.assert_allclose(at['right_wrist'], (-0.25, -0.125, 1))
    np.testing.assert_allclose(at['left_ankle'], (0.05, 0.2, 1))


@pytest.mark.parametrize('change', [{'x': 0.2}, {'torso': 0.05}, {'y': 0.9, 'torso': 0.4}])
def test_neither_place_nor_size_in_the_picture_matters(change):
    a = told(from_landmarks(np.stack([person()] * 4)))
    b = told(from_landmarks(np.stack([person(**change)] * 4)))
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_samples_are_torso_lengths_about_the_middle_of_the_hips_way():
    samples = told(from_landmarks(moving(21))).reshape(21, 13, 3)
    np.testing.assert_allclose(samples[10, HIPS, :2].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(samples[20, HIPS, 0].mean(), 0.5, atol=1e-5)  # 10 x 0.01 / 0.2
    assert samples[..., 2].min() == 1


def test_a_joint_that_is_not_seen_has_no_place_of_its_own():
    here = told(from_landmarks(np.stack([person(hidden=(15,))] * 3))).reshape(3, 13, 3)
    elsewhere = person(hidden=(15,))
    elsewhere[15, :2] += 3
    there = told(from_landmarks(np.stack([elsewhere] * 3))).reshape(3, 13, 3)
    np.testing.assert_array_equal(here, there)
    assert (here[:, JOINTS.index('left_wrist'), 2] == 0).all()


def test_the_front_sees_the_same_whatever_was_taken_as_the_middle_and_the_length():
    samples = torch.from_numpy(told(from_landmarks(moving()))).float()[None]
    joints = samples.unflatten(2, (13, 3)).clone()
    joints[..., :2] = 3 * joints[..., :2] + torch.tensor([5.0, -2.0])
    for a, b in zip(Placed()(samples), Placed()(joints.flatten(2)), strict=True):
        torch.testing.assert_close(a, b, atol=5e-3, rtol=5e-3)


def test_the_front_tells_the_hips_own_way_apart():
    places, _ = placed(from_landmarks(moving(21)))
    np.testing.assert_allclose(places[:, -2], np.linspace(-0.5, 0.5, 21), atol=2e-3)
    np.testing.assert_allclose(places[:, :-2].std(axis=0), 0, atol=1e-5)


def test_hidden_legs_leave_the_arms_as_they_are():
    whole, _ = placed(from_landmarks(moving()))
    half, seen = placed(from_landmarks(moving(hidden=(25, 26, 27, 28))))
    np.testing.assert_allclose(half[:, :14], whole[:, :14], atol=2e-3)
    assert not half[:, 18:26].any()
    np.testing.assert_array_equal(seen[0], [1] * 9 + [0] * 4)


def test_nobody_in_any_picture_is_an_error():
    with pytest.raises(DatasetError, match='nobody is seen'):
        told(np.zeros((5, 13, 3)))


def test_a_grid_of_another_rate_lies_between_the_frames():
    stamps = np.arange(21, dtype=np.int64) * 50_000_000
    signal = Signal(stamps, from_landmarks(moving(21)))
    same = joints_on_grid(CAMERA, signal, 20.0).values
    finer = joints_on_grid(CAMERA, signal, 40.0)
    assert len(finer.values) == 41
    np.testing.assert_allclose(finer.values[::2], same, atol=1e-5)
    np.testing.assert_allclose(finer.values[1], (same[0] + same[1]) / 2, atol=1e-5)


def test_between_somebody_and_nobody_nothing_is_made_up():
    joints = from_landmarks(moving(21))
    joints[10:13] = 0
    stamps = np.arange(21, dtype=np.int64) * 50_000_000
    found = joints_on_grid(CAMERA, Signal(stamps, joints), 45.0).values.reshape(-1, 13, 3)
    assert set(np.unique(found[..., 2])) == {0.0, 1.0}
    assert np.abs(found[..., :2]).max() < 3


def test_random_changes_hide_and_move_and_keep_the_rest():
    windows = np.stack([told(from_landmarks(moving(30)))] * 400).astype(np.float32)
    config = AugmentConfig(rotation_rad=0, scale=0, noise=0)
    changed = augment(CAMERA, windows, config, np.random.default_rng(0))
    shape = (*windows.shape[:2], 13, 3)
    places, before = changed.reshape(shape)[..., :2], windows.reshape(shape)[..., :2]
    np.testing.assert_allclose(places, before, atol=1e-6)
    hidden = changed.reshape(shape)[..., 2] == 0
    legs = hidden[:, :, 9:].all(axis=(1, 2)).mean()
    assert 0.06 < legs < 0.15
    assert 0.15 < hidden.any(axis=(1, 2)).mean() < 0.35
    np.testing.assert_array_equal(windows.reshape(shape)[..., 2], 1)


def test_people_are_stacked():
    assert people().shape == (0, 33, 7)
