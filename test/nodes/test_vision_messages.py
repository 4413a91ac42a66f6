"""Predictions as vision_msgs; its message classes are stood in for where it is not installed."""

import importlib
import sys
from types import ModuleType, SimpleNamespace

import pytest
from node_helpers import BEGIN_NS

from dcat_ros.streaming.decision import Prediction

pytestmark = pytest.mark.ros

FIELDS = {
    'Classification': {'header', 'results'},
    'ObjectHypothesis': {'class_id', 'score'},
    'LabelInfo': {'header', 'class_map', 'threshold'},
    'VisionClass': {'class_id', 'class_name'},
}


def message_class(name):
    """Takes the fields of vision_msgs 4.1 by keyword and refuses others, as rclpy's do."""

    def make(**fields):
        assert fields.keys() <= FIELDS[name]
        return SimpleNamespace(**fields)

    return make


@pytest.fixture
def vision(monkeypatch):
    package, messages = ModuleType('vision_msgs'), ModuleType('vision_msgs.msg')
    for name in FIELDS:
        setattr(messages, name, message_class(name))
    monkeypatch.setitem(sys.modules, 'vision_msgs', package)
    monkeypatch.setitem(sys.modules, 'vision_msgs.msg', messages)
    monkeypatch.delitem(sys.modules, 'dcat_ros.nodes.vision', raising=False)
    yield importlib.import_module('dcat_ros.nodes.vision')
    sys.modules.pop('dcat_ros.nodes.vision', None)


def test_classification_lists_all_labels_the_likeliest_first(vision):
    prediction = Prediction('wave', 'ok', 0.7, (0.2, 0.7, 0.1), 0, BEGIN_NS + 5, 'imu_link')
    message = vision.classification(prediction, ('walk', 'wave', 'rest'))
    assert [(r.class_id, r.score) for r in message.results] == [
        ('wave', 0.7),
        ('walk', 0.2),
        ('rest', 0.1),
    ]
    assert message.header.frame_id == 'imu_link'
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (BEGIN_NS // 10**9, 5)


def test_label_info_numbers_the_labels(vision):
    message = vision.label_info(('walk', 'rest'), 0.4)
    assert [(c.class_id, c.class_name) for c in message.class_map] == [(0, 'walk'), (1, 'rest')]
    assert message.threshold == 0.4


class Recorder:
    """A publisher that keeps what is published."""

    def __init__(self, listeners):
        self.messages = []
        self.listeners = listeners

    def publish(self, message):
        self.messages.append(message)

    def get_subscription_count(self):
        return self.listeners


class RecordingNode:
    """As much of a lifecycle node as the outputs use."""

    def __init__(self, listeners=1):
        self.made = {}
        self.listeners = listeners

    def create_lifecycle_publisher(self, kind, topic, qos):
        return self.made.setdefault(topic, Recorder(self.listeners if topic != '~/markers' else 0))

    create_publisher = create_lifecycle_publisher

    def destroy_lifecycle_publisher(self, publisher):
        self.made = {t: p for t, p in self.made.items() if p is not publisher}

    destroy_publisher = destroy_lifecycle_publisher

    def get_fully_qualified_name(self):
        return '/imu_node'


def test_outputs_publish_vision_messages_where_the_package_is(vision, monkeypatch, quick_model):
    from dcat_ros.model.find import load_card
    from dcat_ros.nodes import outputs as outputs_module

    monkeypatch.setattr(outputs_module, 'find_spec', lambda name: object())
    node = RecordingNode()
    outputs = outputs_module.Outputs(node, load_card(quick_model))
    outputs.announce(0.25)
    outputs.publish(Prediction('wave', 'ok', 0.7, (0.2, 0.7, 0.1), 0, BEGIN_NS, ''))
    outputs.publish(Prediction('unknown', 'stale', 0.0, (), 0, BEGIN_NS, ''))
    assert [m.data for m in node.made['~/label'].messages] == ['wave', 'unknown']
    assert len(node.made['~/activity'].messages) == 2
    assert [m.results[0].class_id for m in node.made['~/classification'].messages] == ['wave']
    (info,) = node.made['~/label_info'].messages
    assert info.threshold == 0.25
    outputs.destroy()
    assert node.made == {}


def test_outputs_make_no_message_that_nobody_hears(vision, monkeypatch, quick_model):
    from dcat_ros.model.find import load_card
    from dcat_ros.nodes import outputs as outputs_module

    monkeypatch.setattr(outputs_module, 'find_spec', lambda name: object())
    node = RecordingNode(listeners=0)
    outputs = outputs_module.Outputs(node, load_card(quick_model))
    outputs.publish(Prediction('wave', 'ok', 0.7, (0.2, 0.7, 0.1), 0, BEGIN_NS, ''))
    assert not any(publisher.messages for publisher in node.made.values())
