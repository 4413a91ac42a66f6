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


def test_ros_that_is_sourced_for_another_python_is_a_fault(packages, monkeypatch, tmp_path):
    packages()
    (tmp_path / 'share' / 'rclpy').mkdir(parents=True)
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'/ws/install/dcat_ros:{tmp_path}')
    assert 'sees no rclpy' in one(ros.distribution(), FAULT)


def test_workspace_without_ros_is_a_fault_that_says_what_to_source_first(packages, monkeypatch):
    packages()
    monkeypatch.setenv('AMENT_PREFIX_PATH', '/ws/install/dcat_ros')
    monkeypatch.setenv('ROS_DISTRO', 'kilted')
    finding = one(ros.distribution(), FAULT)
    assert 'ROS 2 itself is not. First source /opt/ros/kilted/setup.bash, then' in finding


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
        ('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST', OK),
        ('ROS_AUTOMATIC_DISCOVERY_RANGE', 'OFF', NOTE),
        ('ROS_AUTOMATIC_DISCOVERY_RANGE', 'WORLD', FAULT),
        ('ROS_AUTOMATIC_DISCOVERY_RANGE', 'localhost', FAULT),
        ('FASTRTPS_DEFAULT_PROFILES_FILE', '/no/such.xml', FAULT),
        ('FASTDDS_DEFAULT_PROFILES_FILE', '/no/such.xml', FAULT),
    ],
)
def test_network(packages, monkeypatch, variable, value, level):
    packages('rclpy')
    monkeypatch.setenv(variable, value)
    assert value in one(ros.network(), level)
    if level == FAULT:
        assert ros.talk() == []  # said once


def test_every_variable_that_is_wrong_is_a_fault_and_a_profile_that_is_there_is_none(
    packages, monkeypatch, tmp_path
):
    packages('rclpy')
    profile = tmp_path / 'mine.xml'
    profile.touch()
    monkeypatch.setenv('FASTRTPS_DEFAULT_PROFILES_FILE', str(profile))
    one(ros.network(), OK)
    monkeypatch.setenv('ROS_DOMAIN_ID', 'x')
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'WORLD')
    assert [finding.level for finding in ros.network()] == [FAULT, FAULT]


@pytest.mark.parametrize(
    ('answer', 'level', 'text'),
    [
        ({}, OK, 'RMW_IMPLEMENTATION rmw_x'),
        ({'returncode': 102, 'stderr': "instead found 'rmw_y'.\n"}, FAULT, "found 'rmw_y'. sudo"),
        ({'returncode': 1, 'stderr': '[ERROR] [1.5] [rcl]: no .so'}, FAULT, 'loaded: no .so. sudo'),
        ({'returncode': -6}, FAULT, 'exit code -6'),
        ({'raises': subprocess.TimeoutExpired('x', 1)}, FAULT, 'no answer within 15 s'),
    ],
)
def test_rmw_that_does_not_load_is_a_fault_and_said_once(
    packages, answers, monkeypatch, answer, level, text
):
    packages('rclpy')
    ros._why_not_loaded.cache_clear()
    monkeypatch.setenv('RMW_IMPLEMENTATION', 'rmw_x')
    answers(**answer)
    found = one(ros.network(), level)
    assert text in found
    if level == FAULT:
        assert 'sudo apt install ros-jazzy-rmw-x, or unset it.' in found
        assert ros.talk() == []
    ros._why_not_loaded.cache_clear()


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


@pytest.mark.parametrize(
    ('answer', 'level', 'text'),
    [
        ({}, OK, 'can be imported'),
        (
            {'returncode': 1, 'stderr': "x\nModuleNotFoundError: No module named 'a_msgs.srv'\n"},
            FAULT,
            'sudo apt install ros-jazzy-a-msgs.',
        ),
        ({'returncode': 1, 'stderr': 'SyntaxError: x'}, FAULT, 'ros-jazzy-launch-ros.'),
    ],
)
def test_launch_is_imported_and_not_only_looked_for(packages, answers, answer, level, text):
    packages('rclpy', 'launch_ros')
    answers(**answer)
    assert text in one(ros.launch(), level)


def test_launch_that_is_not_installed_is_a_note(packages):
    packages('rclpy')
    assert 'ros-jazzy-ros2launch' in one(ros.launch(), NOTE)
