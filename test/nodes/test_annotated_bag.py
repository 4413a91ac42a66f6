"""What is written into a bag is, for ROS itself, what the live node would have published."""

import pytest
from helpers import IMU, imu_message, write_raw_bag
from node_helpers import BEGIN_NS
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import String

from dcat_ros.bags.annotate import Said, annotate
from dcat_ros.bags.read import BagReader
from dcat_ros.nodes.header import header_of
from dcat_ros.nodes.message_types import message_class
from dcat_ros.nodes.monitor import activities_of
from dcat_ros.nodes.outputs import activity_status
from dcat_ros.presence.activity import Activity
from dcat_ros.streaming.decision import Prediction

pytestmark = pytest.mark.ros

LABELS = ('walk', 'wave')
PREDICTIONS = [
    Prediction('wave', 'ok', 0.75, (0.25, 0.75), BEGIN_NS - 10**9, BEGIN_NS, 'imu_link'),
    Prediction('unknown', 'unknown', 0.5, (0.5, 0.5), BEGIN_NS - 10**9, BEGIN_NS + 1, 'imu_link'),
    Prediction('unknown', 'stale', 0.0, (), BEGIN_NS - 10**9, BEGIN_NS + 2, 'imu_link'),
    Prediction('walk', 'ok', 1.0, (1.0, 0.0), BEGIN_NS - 10**9, BEGIN_NS + 3, ''),
]
ACTIVITIES = [Activity(p, LABELS[: len(p.probabilities)], 'quick', 0.5) for p in PREDICTIONS]


@pytest.fixture(params=['mcap', 'sqlite3'])
def words(request, tmp_path):
    """Topic -> messages, as rclpy reads them."""
    write_raw_bag(tmp_path / 'bag', [('/imu', IMU, BEGIN_NS, imu_message(BEGIN_NS))], request.param)
    annotate(tmp_path / 'bag', tmp_path / 'out', [Said('quick', '/imu', LABELS, PREDICTIONS, 0.5)])
    found = {}
    with BagReader(tmp_path / 'out') as reader:
        for message in reader.messages():
            kind = message_class(message.type_name)
            if kind is not None:
                made = deserialize_message(message.data, kind)
                found.setdefault(message.topic, []).append(made)
    return found


def test_rclpy_reads_label_and_activity_as_the_node_makes_them(words):
    assert words['/dcat/quick/label'] == [String(data=p.label) for p in PREDICTIONS]
    heard = words['/dcat/quick/activity']
    assert [activities_of(message) for message in heard] == [[a] for a in ACTIVITIES]
    for message, activity in zip(heard, ACTIVITIES, strict=True):
        assert message.header == header_of(activity.prediction)
        assert message.status == [activity_status(activity, '/dcat/quick')]


def test_rclpy_reads_markers_as_the_node_makes_them(words):
    pytest.importorskip('visualization_msgs', reason='needs visualization_msgs')
    from visualization_msgs.msg import MarkerArray

    from dcat_ros.nodes.markers import markers

    sent = [serialize_message(markers([a], '/dcat/quick')) for a in ACTIVITIES]
    # a colour has 32 bits on its way
    received = [deserialize_message(data, MarkerArray) for data in sent]
    assert words['/dcat/quick/markers'] == received
