"""imu_node says why no label comes, or why one should not be believed."""

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from node_helpers import HANGS_S, RecogniserProcess
from sensor_msgs.msg import Imu
from std_msgs.msg import String

pytestmark = pytest.mark.ros


def in_g(message, i):
    for axis in 'xyz':
        setattr(
            message.linear_acceleration, axis, getattr(message.linear_acceleration, axis) / 9.81
        )


def in_degrees(message, i):
    message.angular_velocity.x = 90.0


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        (in_g, 'acceleration is 1.0 m/s² on average'),
        (in_degrees, 'the angular rate reaches 90 rad/s'),
    ],
)
def test_other_units_are_said_and_gone_when_they_are_right(recogniser, peer, change, sentence):
    peer.send_and_count(100, windows=11, change=change)
    peer.wait_for(lambda: sentence in peer.health_message, 'the sentence')
    assert peer.health_level == DiagnosticStatus.WARN
    peer.send_and_count(100, windows=20)
    peer.wait_for(lambda: peer.health_message == 'active', 'no doubt')


def test_a_sensor_slower_than_the_models_is_said(recogniser, peer):
    peer.send_and_count(40, windows=30, rate_hz=10.0)
    sentence = 'data come at 10.0 Hz, and the model learned from 50 Hz'
    peer.wait_for(lambda: sentence in peer.health_message, 'the sentence')


def test_a_publisher_of_another_type_is_an_error(quick_model, peer):
    peer.node.destroy_publisher(peer.imu)
    peer.node.create_publisher(String, 'imu/data_raw', 10)
    with RecogniserProcess(quick_model):
        peer.wait_for(
            lambda: (
                'as std_msgs/msg/String, and this node needs sensor_msgs/msg/Imu'
                in peer.health_message
            ),
            'the types',
        )
        assert peer.health_level == DiagnosticStatus.ERROR


def test_a_publisher_that_sends_nothing_and_another_topic_with_the_type_are_said(quick_model, peer):
    with RecogniserProcess(quick_model) as running:
        peer.wait_for(lambda: 'nothing has come on /imu/data_raw' in peer.health_message, 'silence')
        other = peer.node.create_publisher(Imu, '/wrist/imu', 10)
        peer.node.destroy_publisher(peer.imu)
        hint = 'nobody publishes /imu/data_raw; to get /wrist/imu: -r imu/data_raw:=/wrist/imu'
        peer.wait_for(lambda: hint in peer.health_message, 'the hint')
        lines = []

        def told():
            lines.append(running.process.stderr.read())
            said = ''.join(lines)
            return 'on /imu/data_raw yet, though /peer publishes it' in said or hint in said

        peer.wait_for(told, 'a warning in the terminal')
        peer.node.destroy_publisher(other)
        running.process.terminate()
        running.process.wait(timeout=HANGS_S)
    assert 'listens to /imu/data_raw' in ''.join(lines)


def test_messages_that_complete_no_window_are_said(recogniser, peer):
    # every sample a second after the one before: nothing but gaps
    peer.send(40, rate_hz=1.0)
    wanted = 'complete no window of 1 s: gaps longer than max_gap'
    peer.wait_for(lambda: wanted in peer.health_message, 'the sentence')


def test_deactivated_its_last_word_is_unknown(recogniser, peer):
    peer.send_and_count(100, windows=11)
    assert peer.change_state(4)  # deactivate
    peer.wait_for(lambda: peer.monitor.labels[-1] == 'unknown', 'the last word')
    peer.wait_for(lambda: peer.monitor.all[-1].prediction.state == 'stale', 'its state')


def test_whole_numbers_are_taken_for_parameters_with_a_fraction(quick_model, peer):
    arguments = ['-p', 'stale_after:=3', '-p', 'mount_rpy:=[0, 0, 1]', '-p', 'stale_aftr:=2.0']
    with RecogniserProcess(quick_model, *arguments, usual=()) as running:
        peer.ready()
        assert peer.get_parameter('stale_after').values[0].double_value == 3.0
        assert list(peer.get_parameter('mount_rpy').values[0].double_array_value) == [0, 0, 1]
        assert peer.set_parameter('stale_after', 5).successful
        assert peer.set_parameter('mount_rpy', [0, 1, 0]).successful
        assert not peer.set_parameter('stale_after', 0).successful  # out of range as before
        assert peer.get_parameter('stale_after').values[0].double_value == 5.0
        running.process.terminate()
        _, said = running.process.communicate(timeout=HANGS_S)
    assert "'stale_aftr' is none of this node, and ignored. Did you mean 'stale_after'?" in said


def test_an_environment_that_ros_refuses_is_one_sentence(quick_model, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', 'abc')
    with RecogniserProcess(quick_model) as running:
        _, said = running.process.communicate(timeout=HANGS_S)
        assert running.process.returncode == 2
    assert 'ImuNode: ROS does not start: ' in said
    assert 'Traceback' not in said


def test_a_file_of_parameters_that_is_none_is_one_sentence(quick_model, tmp_path):
    (tmp_path / 'bad.yaml').write_text('imu_node:\n  stale_after: 2.0\n')
    arguments = ['--params-file', str(tmp_path / 'bad.yaml')]
    with RecogniserProcess(quick_model, *arguments) as running:
        _, said = running.process.communicate(timeout=HANGS_S)
        assert running.process.returncode == 2
    assert 'Cannot have a value before ros__parameters' in said
    assert 'Traceback' not in said
