import numpy as np
import pytest

from dcat_ros.datasets import utd_mhad
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.skeleton import features as skeleton

STANDING = np.zeros((20, 3))
for name, where in {
    'head': (0, 0.7, 0),
    'shoulder_center': (0, 0.5, 0),
    'spine': (0, 0.1, 0),
    'left_shoulder': (-0.2, 0.4, 0),
    'right_shoulder': (0.2, 0.4, 0),
    'left_hip': (-0.1, -0.1, 0),
    'right_hip': (0.1, -0.1, 0),
    'right_hand': (0.4, 0, -0.3),
}.items():
    STANDING[skeleton.JOINTS.index(name)] = where


def movement(n=40):
    """Somebody who lifts the right hand."""
    joints = np.repeat(STANDING[None], n, axis=0)
    joints[:, skeleton.JOINTS.index('right_hand'), 1] += np.linspace(0, 1, n)
    return joints


def yaw(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def test_features_by_hand():
    out = skeleton.features(movement(), 5)
    assert out.shape == (5, 120)
    assert out.dtype == np.float32
    hand = 3 * skeleton.JOINTS.index('right_hand')
    # in torso lengths of 0.5 m
    np.testing.assert_allclose(out[:, hand : hand + 3][0], [0.8, 0, -0.6], atol=1e-6)
    np.testing.assert_allclose(out[:, hand + 1], [0, 0.5, 1, 1.5, 2], atol=1e-6)
    np.testing.assert_allclose(out[:, 60 + hand + 1], [0, 2, 2, 2, 2], atol=1e-6)
    others = np.delete(out[:, 60:], hand + 1, axis=1)
    np.testing.assert_allclose(others, 0, atol=1e-6)


@pytest.mark.parametrize('degrees', [-170, -90, -30, 20, 90, 180])
@pytest.mark.parametrize('size', [0.7, 1.0, 1.3])
def test_features_whoever_wherever_facing_wherever(degrees, size):
    changed = size * movement() @ yaw(degrees).T + [1.5, -0.4, 3.0]
    np.testing.assert_allclose(skeleton.features(changed), skeleton.features(movement()), atol=1e-5)


def test_features_however_fast():
    np.testing.assert_allclose(
        skeleton.features(movement(25)), skeleton.features(movement(90)), atol=1e-5
    )


def test_features_a_person_who_turns_is_seen_to_turn():
    joints = movement()
    joints[20:] = joints[20:] @ yaw(90).T
    out = skeleton.features(joints, 40)
    right = 3 * skeleton.JOINTS.index('right_shoulder')
    np.testing.assert_allclose(out[0, right : right + 3], [0.4, 0.8, 0], atol=1e-6)
    np.testing.assert_allclose(out[-1, right : right + 3], [0, 0.8, -0.4], atol=1e-6)


def test_features_one_torn_frame_does_not_change_the_scale():
    torn = movement()
    torn[7, 1] = (0, 9, 0)
    clean = skeleton.features(movement(), 40)
    np.testing.assert_allclose(skeleton.features(torn, 40)[10:], clean[10:], atol=1e-6)


def broken(value):
    joints = movement()
    joints[3, 4, 1] = value
    return joints


@pytest.mark.parametrize(
    ('joints', 'text'),
    [
        (np.zeros((10, 20, 2)), 'not float64 of shape'),
        (np.zeros((10, 60)), 'not float64 of shape'),
        (np.full((10, 20, 3), 'x'), 'a skeleton has numbers'),
        (movement(1), '1 frames of a skeleton are too few'),
        (movement()[:0], '0 frames of a skeleton are too few'),
        (broken(np.nan), 'NaN, infinite'),
        (broken(-np.inf), 'NaN, infinite'),
        (broken(1e200), 'beyond 100 m'),
        (np.zeros((10, 20, 3)), 'torso is 0.000 m long'),
        (movement() * [0, 1, 0], 'have no width'),
    ],
)
def test_features_of_no_person_is_refused(joints, text):
    with pytest.raises(DatasetError, match=text):
        skeleton.features(joints)


def test_features_no_frames_is_refused():
    with pytest.raises(DatasetError, match='0 frames cannot be made'):
        skeleton.features(movement(), 0)


def test_features_real_joints_are_in_the_order_that_is_said(data_dir):
    dataset = utd_mhad.load(data_dir, ('skeleton',))
    moved = {'swipe_left': [], 'swipe_right': []}
    hands = [skeleton.JOINTS.index(f'{side}_hand') for side in ('left', 'right')]
    for trial in dataset.of_subjects(['1', '2']).trials:
        joints = trial.signals['skeleton'].values.reshape(-1, 20, 3)
        middle = np.median(joints, axis=0)
        height = [
            middle[skeleton.JOINTS.index(name), 1]
            for name in ('head', 'shoulder_center', 'spine', 'left_knee', 'left_foot')
        ]
        assert np.all(np.diff(height) < 0)
        assert middle[skeleton.JOINTS.index('right_shoulder'), 0] > middle[4, 0]
        out = skeleton.features(joints)
        assert np.isfinite(out).all()
        assert np.abs(out).max() < 20
        if trial.label in moved:
            moved[trial.label].append(np.abs(np.diff(joints[:, hands], axis=0)).sum((0, 2)))
    # both swipes are made with the right hand
    for label in moved:
        left, right = np.median(moved[label], axis=0)
        assert right > 5 * left
