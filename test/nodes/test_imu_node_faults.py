"""What must not stop imu_node: bad samples, bad stamps, silence, and publishers that do not fit."""

import time

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from node_helpers import RecogniserProcess
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Imu

pytestmark = pytest.mark.ros


def still_works(peer):
    """Two seconds of good data after anything else give a prediction for each window."""
    peer.send_and_count(100, windows=11)
    assert peer.monitor.all[-1].prediction.state in ('ok', 'unknown')


def _set(path, value):
    def change(message, i):
        target = message
        *parents, last = path.split('.')
        for name in parents:
            target = getattr(target, name)
        setattr(target, last, value)

    return change


def _covariance(message, i):
    message.angular_velocity_covariance[0] = -1.0


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        (_set('linear_acceleration.x', float('nan')), 'non_finite'),
        (_set('angular_velocity.z', float('inf')), 'non_finite'),
        (_set('linear_acceleration.y', 1e9), 'implausible'),
        (_covariance, 'not_reported'),
        (_set('header.stamp.sec', 2_147_000_000), 'future'),
    ],
)
def test_bad_sample_is_counted_with_its_reason_and_the_node_goes_on(
    recogniser, peer, change, reason
):
    peer.send(20, change=change, step=False)
    peer.wait_for_health(lambda h: h.get(f'rejected: {reason}') == '20', f'20 rejected as {reason}')
    assert peer.health_level == DiagnosticStatus.WARN
    assert {heard.prediction.state for heard in peer.monitor.all} <= {'stale'}
    still_works(peer)


def test_truncated_bytes_are_counted_and_the_node_goes_on(recogniser, peer):
    peer.imu.publish(b'\x00\x01\x00\x00\x01\x02')
    peer.wait_for_health(lambda h: h.get('rejected: truncated') == '1', 'one truncated message')
    still_works(peer)


def test_zero_stamps_are_replaced_by_the_time_of_receipt(quick_model, peer):
    def unstamped(message, i):
        message.header.stamp.sec = message.header.stamp.nanosec = 0

    with RecogniserProcess(quick_model, '-p', 'max_gap:=1.0'):
        peer.ready()
        before_ns = time.time_ns()
        peer.send_until(lambda: len(peer.monitor.all) >= 2, 'two labels', n=1, change=unstamped)
        for heard in peer.monitor.all:
            assert before_ns < heard.prediction.end_ns <= time.time_ns()


def test_repeated_stamps_are_dropped(recogniser, peer):
    for _ in range(100):
        peer.send(1)
        peer.jump(-0.02)
        peer.send(1)
    peer.wait_for_health(lambda h: h.get('stream: duplicate') == '100', '100 duplicates')
    assert int(peer.health['stream: windows']) == 11  # 100 samples at 50 Hz, 1 s, every 0.1 s


def test_jump_back_empties_the_window_and_labels_come_again(recogniser, peer):
    """A bag that loops."""
    peer.send_and_count(100, windows=11)
    for _ in range(3):
        peer.jump(-2.0)
        peer.send_and_count(100, windows=11)
    peer.wait_for_health(lambda h: h.get('stream: jump_back') == '3', '3 jumps back')
    ends = [prediction.end_ns for prediction in peer.labelled()]
    assert len(ends) == 44
    assert ends[:11] == ends[11:22] == ends[22:33] == ends[33:]


def test_single_sample_back_in_time_does_not_stop_labels(recogniser, peer):
    peer.send(50)
    peer.jump(-100.0)
    peer.send(1)
    peer.jump(100.0)
    still_works(peer)


def test_two_publishers_on_the_topic_are_reported(recogniser, peer):
    other = peer.node.create_publisher(Imu, 'imu/data_raw', 10)
    peer.wait_for_health(lambda h: h.get('publishers') == '2', 'two publishers')
    assert peer.health_level == DiagnosticStatus.WARN
    assert '2 publishers on /imu/data_raw' in peer.health_message
    peer.node.destroy_publisher(other)
    peer.wait_for_health(lambda h: h.get('publishers') == '1', 'one publisher')
    still_works(peer)


def test_another_frame_starts_a_new_window(recogniser, peer):
    peer.send_and_count(100, windows=11)
    peer.send_and_count(100, windows=11, change=_set('header.frame_id', 'other_link'))
    frames = [heard.prediction.frame_id for heard in peer.monitor.all]
    assert frames == ['imu_link'] * 11 + ['other_link'] * 11
    peer.wait_for(lambda: peer.activities[-1].header.frame_id == 'other_link', 'the activity')
    peer.wait_for_health(lambda h: h.get('stream: frame_change') == '1', 'a change of frame')


def test_silence_gives_stale_once_and_data_after_it_gives_labels_again(recogniser, peer):
    peer.send_and_count(100, windows=11)
    assert len(peer.labelled()) == 11
    assert peer.set_parameter('stale_after', 0.5).successful
    peer.wait_for(lambda: peer.monitor.all[-1].prediction.state == 'stale', 'stale')
    stale = peer.monitor.all[-1].prediction
    assert (stale.label, stale.confidence, stale.probabilities) == ('unknown', 0.0, ())
    peer.wait_for(lambda: peer.activities[-1].status[0].message == 'unknown', 'the activity')
    assert peer.activities[-1].status[0].level == DiagnosticStatus.STALE
    n = len(peer.monitor.all)
    seen = peer.health.copy()
    peer.wait_for(
        lambda: peer.health != seen and peer.health_message == 'data stopped', 'diagnostics'
    )
    assert len(peer.monitor.all) == n, 'stale is said once, then nothing'
    assert peer.set_parameter('stale_after', 3600.0).successful
    peer.jump(10.0)
    peer.send_and_count(100, windows=11)
    assert len(peer.labelled()) == 22
    peer.wait_for_health(lambda h: h.get('stream: gap') == '1', 'a gap')


def test_best_effort_publisher_for_a_reliable_node_is_an_error_in_diagnostics(quick_model, peer):
    best_effort = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
    peer.node.destroy_publisher(peer.imu)
    peer.imu = peer.node.create_publisher(Imu, 'imu/data_raw', best_effort)
    with RecogniserProcess(quick_model):  # reliable
        # its node's name may be known later than the publisher
        said = 'QoS of publisher /peer does not fit'
        peer.wait_for(lambda: said in peer.health_message, 'its name in the diagnostics')
        assert peer.health_level == DiagnosticStatus.ERROR


def test_best_effort_publisher_is_heard_by_default(quick_model, peer):
    best_effort = QoSProfile(depth=1000, reliability=ReliabilityPolicy.BEST_EFFORT)
    peer.node.destroy_publisher(peer.imu)
    peer.imu = peer.node.create_publisher(Imu, 'imu/data_raw', best_effort)
    with RecogniserProcess(quick_model, usual=()):
        peer.ready()
        peer.send_until(lambda: len(peer.labelled()) >= 5, 'five labels')


def test_nobody_publishing_is_a_warning(quick_model, peer):
    peer.node.destroy_publisher(peer.imu)
    with RecogniserProcess(quick_model):
        peer.wait_for(lambda: 'nobody publishes /imu/data_raw' in peer.health_message, 'a warning')
