"""~/markers: made only while somebody looks, at the sensor's frame, grey where nothing is known."""

import pytest
from node_helpers import BEGIN_NS

pytest.importorskip('visualization_msgs', reason='needs visualization_msgs')

from visualization_msgs.msg import Marker, MarkerArray

from dcat_ros.nodes import outputs
from dcat_ros.nodes.markers import markers
from dcat_ros.presence.activity import Activity
from dcat_ros.streaming.decision import Prediction

pytestmark = pytest.mark.ros


def activity(label='wave', state='ok', frame_id='imu_link'):
    p = () if state == 'stale' else (0.25, 0.75)
    confidence = 0.0 if state == 'stale' else 0.75
    prediction = Prediction(label, state, confidence, p, 0, BEGIN_NS, frame_id)
    return Activity(prediction, ('walk', 'wave')[: len(p)], 'a_model')


def test_text_at_the_sensor_with_label_and_percent():
    (marker,) = markers([activity()], '/imu_node').markers
    assert (marker.type, marker.action) == (Marker.TEXT_VIEW_FACING, Marker.ADD)
    assert (marker.header.frame_id, marker.ns, marker.text) == ('imu_link', '/imu_node', 'wave 75%')
    assert marker.pose.position.z > 0
    assert marker.pose.orientation.w == 1.0
    assert marker.lifetime.sec == 2
    assert (marker.header.stamp.sec, marker.frame_locked) == (0, True)


def test_unknown_is_grey_and_stale_takes_the_text_away():
    said = [activity(), activity('unknown', 'unknown'), activity('unknown', 'stale')]
    known, unknown, stale = markers(said, '/n').markers
    assert known.color.r == 1.0
    assert unknown.color.r == unknown.color.g < 1.0
    assert [m.action for m in (known, unknown, stale)] == [Marker.ADD, Marker.ADD, Marker.DELETE]


def test_several_stand_above_each_other_and_who_has_no_frame_stands_nowhere():
    shown = markers([activity(), activity(frame_id=''), activity()], '/presence_node').markers
    assert [marker.id for marker in shown] == [0, 1]
    assert shown[0].pose.position.z > shown[1].pose.position.z


def test_without_visualization_msgs_there_is_no_such_topic(monkeypatch):
    monkeypatch.setattr(outputs, 'find_spec', lambda name: None)
    output = outputs.MarkerOutput(None)  # a node would be asked for a publisher
    output.publish([activity()])
    output.destroy()


def test_markers_come_while_somebody_looks(recogniser, peer):
    peer.send_and_count(100, windows=11)
    came = []
    subscription = peer.node.create_subscription(MarkerArray, '/imu_node/markers', came.append, 10)
    peer.send_until(lambda: came, 'a marker')  # once the node knows who looks
    assert came[0].markers[0].header.frame_id == 'imu_link'
    peer.node.destroy_subscription(subscription)
