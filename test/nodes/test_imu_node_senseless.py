"""imu_node and data that cannot mean anything, or that come in halves."""

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from node_helpers import HANGS_S, RecogniserProcess
from sensor_msgs.msg import Imu

pytestmark = pytest.mark.ros

HALVES = ['-p', 'accel_topic:=/camera/accel', '-p', 'gyro_topic:=/camera/gyro']


def without_rate(message, i):
    vector = message.angular_velocity
    vector.x = vector.y = vector.z = 0.0


def last(peer):
    return peer.monitor.all[-1].prediction


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        (without_rate, 'the angular rate is exactly 0 in all axes'),
        (
            lambda message, i: message.__init__(header=message.header),
            'every value is exactly 0',
        ),
    ],
)
def test_no_label_but_stale_with_the_reason_and_labels_once_it_is_mended(
    recogniser, peer, change, reason
):
    peer.send_and_count(150, windows=21, change=change)
    assert last(peer).state == 'stale'
    assert last(peer).label == 'unknown'
    assert reason in last(peer).reason
    peer.wait_for(lambda: len(peer.activities) == 21, 'the activity')
    values = {pair.key: pair.value for pair in peer.activities[-1].status[0].values}
    assert reason in values['reason']
    peer.wait_for(lambda: reason in peer.health_message, 'the reason on /diagnostics')
    assert peer.health_level == DiagnosticStatus.WARN
    assert 'data stopped' not in peer.health_message
    peer.send_and_count(150, windows=30)
    assert last(peer).state != 'stale'
    peer.wait_for(lambda: peer.health_message == 'active', 'no doubt')


def test_stamps_that_stand_still_make_it_stale(recogniser, peer):
    peer.send_and_count(150, windows=21)
    assert peer.set_parameter('stale_after', 0.5).successful
    stamp = peer.node.get_clock().now().to_msg()

    def standing(message, i):
        message.header.stamp = stamp

    said = []

    def told():
        peer.send(10, change=standing, step=False)
        said.extend(a.prediction.reason for a in peer.monitor.all)
        return any('the stamps stand still' in reason for reason in said)

    peer.wait_for(told, 'the reason')
    assert last(peer).state == 'stale'


def test_frames_that_alternate_are_said(recogniser, peer):
    def alternating(message, i):
        message.header.frame_id = 'left' if i % 2 else 'right'

    def told():
        peer.send(20, change=alternating, step=False)
        return 'alternates between left and right' in peer.health_message

    peer.wait_for(told, 'the frames')


def test_covariance_is_ignored_when_asked(quick_model, peer):
    def not_reported(message, i):
        message.linear_acceleration_covariance[0] = -1.0
        message.angular_velocity_covariance[0] = -1.0

    with RecogniserProcess(quick_model, '-p', 'ignore_covariance:=true'):
        peer.ready()
        peer.send_and_count(150, windows=21, change=not_reported)
        assert last(peer).state != 'stale'


def test_halves_at_two_rates_are_joined(quick_model, peer):
    accel = peer.node.create_publisher(Imu, '/camera/accel', peer.qos)
    gyro = peer.node.create_publisher(Imu, '/camera/gyro', peer.qos)
    rng = np.random.default_rng(0)

    def halved(message, i):
        half = Imu(header=message.header)
        half.linear_acceleration = message.linear_acceleration
        half.linear_acceleration.x += rng.normal()
        if i % 3 == 0:  # a third of the rate
            accel.publish(half)
        message.linear_acceleration = Imu().linear_acceleration
        message.linear_acceleration_covariance[0] = -1.0

    with RecogniserProcess(quick_model, *HALVES):
        peer.ready(accel)
        peer.ready(gyro)
        peer.send_until(
            lambda: len(peer.labelled()) >= 4 and int(peer.health.get('stream: accel', 0)) > 50,
            'four labels',
            n=6,
            change=halved,
            publisher=gyro,
        )
        assert last(peer).state != 'stale'
        peer.wait_for_health(
            lambda health: health['input topic'] == '/camera/accel and /camera/gyro', 'the topics'
        )
        peer.wait_for_health(lambda health: health['publishers'] == '2', 'both publishers')


def test_half_a_pair_of_topics_is_refused(quick_model, peer):
    with RecogniserProcess(quick_model, '-p', 'accel_topic:=/camera/accel') as running:
        _, said = running.process.communicate(timeout=HANGS_S)
        assert running.process.returncode == 2
    assert 'must both be set' in said
    assert 'Traceback' not in said
