"""Whom a camera watches."""

import numpy as np
import pytest
from camera_helpers import Says, people, person

from dcat_ros.sensors.camera.joints import from_landmarks
from dcat_ros.sensors.camera.person import Person

RGB = np.full((100, 140, 3), 200, np.uint8)


def hips(found):
    return None if found is None else round(float(from_landmarks(found[None])[0, 7:9, 0].mean()), 2)


def watched(script, n, prefers='middle'):
    says = Says(script)
    one = Person(says, prefers)
    return [hips(one.find(RGB, i)) for i in range(n)], says


def test_somebody_alone_is_followed_without_looking_for_others():
    found, says = watched(lambda i: people(person(x=0.5 + 0.01 * i)), 10)
    np.testing.assert_allclose(found, 0.5 + 0.01 * np.arange(10))
    assert says.asked == {'chooser': 1, 'follower': 10}


def test_nobody_is_nobody_and_whoever_comes_is_chosen():
    found, says = watched(lambda i: people(person()) if i >= 5 else people(), 7)
    assert found == [None] * 5 + [0.7, 0.7]
    assert says.asked['chooser'] == 6


@pytest.mark.parametrize(('prefers', 'expected'), [('middle', 0.75), ('nearest', 0.3)])
def test_of_several_the_preferred_one_is_watched(prefers, expected):
    both = people(person(x=0.3, torso=0.3), person(x=0.75, torso=0.15))
    found, _ = watched(lambda i: both, 1, prefers)
    # the follower is shown nobody else
    assert found == [expected]


def test_the_follower_is_first_shown_the_chosen_alone():
    both = people(person(x=0.2, torso=0.1), person(x=1.2, torso=0.1))
    says = Says(lambda i: both)
    Person(says, 'middle').find(RGB, 0)
    shown = next(rgb for kind, rgb in says.shown if kind == 'follower')
    assert (shown == 128).mean() > 0.5
    assert (RGB == 200).all()


def test_whom_it_watches_it_keeps_though_another_one_comes_nearer_to_the_middle():
    def script(i):
        others = [person(x=0.7)] if i >= 3 else []
        return people(person(x=0.4), *others)

    found, _ = watched(script, 6)
    assert found == [0.4] * 6


def test_somebody_who_is_lost_for_a_picture_is_found_again_among_others():
    def script(i):
        if i == 3:
            return people(person(x=0.7))  # the follower jumps to somebody else
        return people(person(x=0.2), person(x=0.7))

    says = Says(script)
    one = Person(says, 'nearest')
    one._last = person(x=0.2)
    assert [hips(one.find(RGB, i)) for i in range(3)][-1] == 0.2


def test_furniture_is_nobody():
    found, _ = watched(lambda i: people(person(seen=0.2)), 3)
    assert found == [None] * 3


def test_a_large_picture_is_shrunk_before_it_is_looked_at():
    says = Says(lambda i: people(person()))
    Person(says).find(np.zeros((1080, 3840, 3), np.uint8), 0)
    assert {rgb.shape for _, rgb in says.shown} == {(360, 1280, 3)}
