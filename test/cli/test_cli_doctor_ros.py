"""What dcat doctor says of ROS, with planted faults; real nodes talk in test/nodes."""

import json
import subprocess

import pytest
from doctor_helpers import one

from dcat_ros.doctor import ros
from dcat_ros.doctor.finding import FAULT, NOTE, OK

pytestmark = pytest.mark.usefixtures('bare')


@pytest.fixture
def packages(monkeypatch):
    """Say which modules are installed."""

    def only(*names):
        monkeypatch.setattr(ros, 'installed', lambda name: name in names)

    return only


def test_no_ros_is_one_note_and_nothing_else_is_looked_at(packages):
    packages()
    assert 'make setup' in one(ros.distribution(), NOTE)
    for look in (ros.network, ros.talk, ros.messages, ros.optional_messages, ros.launch):
        assert look() == []


def test_ros_that_is_sourced_for_another_python_is_a_fault(packages, monkeypatch):
    packages()
    monkeypatch.setenv('AMENT_PREFIX_PATH', '/opt/ros/jazzy')
    assert 'sees no rclpy' in one(ros.distribution(), FAULT)


@pytest.mark.parametrize(
    ('release', 'named', 'level', 'text'),
    [
        ('7.1.5', '', OK, 'ROS 2 jazzy, rclpy 7.1.5'),
        ('9.1.2', 'kilted', OK, 'ROS 2 kilted'),
        ('99.0', 'rolling', OK, 'ROS 2 rolling'),
        ('odd', '', OK, 'of unknown name'),
        ('7.1.5', 'kilted', FAULT, 'belongs to jazzy'),
    ],
)
def test_distribution(packages, monkeypatch, release, named, level, text):
    packages('rclpy')
    monkeypatch.setattr(ros, 'version', lambda name: release)
    monkeypatch.setenv('ROS_DISTRO', named)
    assert text in one(ros.distribution(), level)


@pytest.mark.parametrize(
    ('variable', 'value', 'level'),
    [
        ('ROS_DOMAIN_ID', '7', OK),
        ('ROS_DOMAIN_ID', '233', FAULT),
        ('ROS_DOMAIN_ID', '-1', FAULT),
        ('ROS_DOMAIN_ID', '²', FAULT),
        ('ROS_AUTOMATIC_DISCOVERY_RANGE', 'localhost', OK),
        ('ROS_AUTOMATIC_DISCOVERY_RANGE', 'OFF', NOTE),
        ('ROS_AUTOMATIC_DISCOVERY_RANGE', 'WORLD', FAULT),
        ('RMW_IMPLEMENTATION', 'rmw_zenoh_cpp', OK),
    ],
)
def test_network(packages, monkeypatch, variable, value, level):
    packages('rclpy')
    monkeypatch.setenv(variable, value)
    assert value in one(ros.network(), level)


TALK = {'rmw': 'rmw_x', 'first_s': 0.25, 'round_trip_ms': 1.5}


@pytest.mark.parametrize(
    ('answer', 'level', 'text'),
    [
        ({'stdout': json.dumps(TALK)}, OK, 'rmw_x: first message after 0.25 s, round trip 1.5 ms'),
        ({'stdout': f'log\n{json.dumps(TALK)}\n'}, OK, 'rmw_x'),
        ({'stdout': json.dumps(TALK | {'first_s': 2.5})}, NOTE, 'fastdds.xml'),
        ({'stdout': ''}, FAULT, 'did not hear each other'),
        ({'stdout': '{}'}, FAULT, 'did not hear each other'),
        ({'stdout': '[1]'}, FAULT, 'did not hear each other'),
        ({'returncode': 102, 'stderr': "instead found 'rmw_y'.\n\n"}, FAULT, "found 'rmw_y'. Mend"),
        ({'returncode': -6}, FAULT, 'exit code -6'),
        ({'returncode': 1, 'stdout': '\x1b[31mRTPS \x1b[0mport'}, FAULT, ': RTPS port. Mend'),
        ({'raises': subprocess.TimeoutExpired('x', 1)}, FAULT, 'within 10 s'),
    ],
)
def test_talk_judges_what_the_process_says(packages, answers, answer, level, text):
    packages('rclpy')
    answers(**answer)
    assert text in one(ros.talk(), level)


def test_message_packages(packages):
    packages('rclpy', *ros._REQUIRED, 'vision_msgs')
    one(ros.messages(), OK)
    found = {finding.name: finding for finding in ros.optional_messages()}
    assert found['vision_msgs'].level == OK
    assert '~/markers' in one([found['visualization_msgs']], NOTE)
    packages('rclpy', 'std_msgs')
    assert 'ros-jazzy-sensor-msgs' in one(ros.messages(), FAULT)


def test_launch(packages):
    packages('rclpy', 'launch_ros')
    one(ros.launch(), OK)
    packages('rclpy')
    assert 'ros-jazzy-ros2launch' in one(ros.launch(), NOTE)
