"""What stretches of a recording of an ordinary camera become: joints of the one who is watched."""

from types import SimpleNamespace

import numpy as np
import pytest
from camera_helpers import Says, colour_message, people, person

from dcat_ros.errors import ConfigError
from dcat_ros.segment import Segment
from dcat_ros.sensors.camera import film
from dcat_ros.sensors.camera.cuts import cuts
from dcat_ros.sensors.camera.joints import HIPS
from dcat_ros.sensors.camera.shown import trace
from dcat_ros.sensors.cut import Stretches
from dcat_ros.sensors.names import topics_and_settings
from dcat_ros.sensors.shown import Trace
from dcat_ros.signals import Signal

TOPIC, STEP_NS = '/camera/color/image_raw', 100_000_000
BOTH = people(person(x=0.3, torso=0.3), person(x=0.6, torso=0.15))


@pytest.fixture
def asked_networks(monkeypatch):
    """A large one on the left and one in the middle; gives what networks were asked for."""
    asked = []

    def finders(network):
        asked.append(network)
        return Says(lambda stamp_ns: BOTH)

    monkeypatch.setattr(film, 'finders', finders)
    return asked


def recording(*pixels):
    """Pictures of ten a second; None is one of noise."""
    messages = [
        SimpleNamespace(topic=TOPIC, data=colour_message(i * STEP_NS, one), log_time_ns=i * STEP_NS)
        for i, one in enumerate(pixels)
    ]
    return SimpleNamespace(
        topics={TOPIC: 'sensor_msgs/msg/Image'}, messages=lambda topics: iter(messages)
    )


def cut(pictures, *segments, **given):
    return cuts(Stretches(pictures, TOPIC, segments, topics_and_settings(given), [], False))


def hips(joints):
    return float(joints[HIPS, 0].mean())


@pytest.mark.parametrize(('watched', 'x'), [('middle', 0.6), ('nearest', 0.3)])
def test_the_one_whom_the_setting_names_is_watched(asked_networks, watched, x):
    pictures, given = recording(*[None] * 20), {'watched': watched, 'pose_network': 'pose_full'}
    (found,) = cut(pictures, Segment(0, 20 * STEP_NS, 'nod'), **given)
    assert isinstance(found, Signal)
    assert hips(found.values[-1]) == pytest.approx(x, abs=0.02)
    assert asked_networks == ['pose_full']
    shown = trace(pictures, TOPIC, topics_and_settings(given), False)
    assert isinstance(shown, Trace)
    assert asked_networks == ['pose_full'] * 2


@pytest.mark.parametrize('given', [{'watched': 'left'}, {'pose_network': 'tagger'}])
def test_a_setting_has_one_of_its_choices(given):
    (name,) = given
    with pytest.raises(ConfigError, match=f'{name} is .*; it can be '):
        topics_and_settings(given)


def test_one_dark_picture_speaks_against_no_stretch(asked_networks):
    dark = np.zeros((48, 64, 3), np.uint8)
    (found,) = cut(recording(dark, *[None] * 19), Segment(0, 20 * STEP_NS, 'nod'))
    assert isinstance(found, Signal)


def test_dark_pictures_speak_against_their_own_stretch_alone(asked_networks):
    dark = np.zeros((48, 64, 3), np.uint8)
    halves = Segment(0, 10 * STEP_NS, 'nod'), Segment(10 * STEP_NS, 20 * STEP_NS, 'nod')
    asked = Stretches(
        recording(*[None] * 10, *[dark] * 10), TOPIC, halves, topics_and_settings({}), [], False
    )
    seen, covered = cuts(asked)
    assert isinstance(seen, Signal)
    said = covered if isinstance(covered, str) else ' '.join(d.sentence for d in asked.doubts)
    assert 'one brightness everywhere' in said
