"""config/dcat.rviz and config/foxglove.json: every topic in them is one that is published."""

import json
import re

import pytest
import rclpy
import yaml

from dcat_ros.nodes.image_node import ImageNode
from dcat_ros.nodes.imu_node import ImuNode
from dcat_ros.nodes.presence_node import PresenceNode
from dcat_ros.share import share_dir

pytest.importorskip('visualization_msgs', reason='needs visualization_msgs')
pytestmark = pytest.mark.ros

#: Classes of rviz_default_plugins, and the type of topic that each shows.
SHOWS = {'MarkerArray': 'MarkerArray', 'Image': 'Image', 'Grid': None, 'TF': None}


@pytest.fixture(scope='module')
def published():
    """Topic -> name of the message's class, of all nodes."""
    rclpy.init()
    topics = {}
    for make in (ImuNode, ImageNode, PresenceNode):
        node = make()
        node.trigger_configure()
        topics |= {p.topic_name: p.msg_type.__name__ for p in node.publishers}
        node.stop()
        node.destroy_node()
    rclpy.try_shutdown()
    # what audio_node publishes is what every recogniser does
    imu = {t: kind for t, kind in topics.items() if t.startswith('/imu_node/')}
    return topics | {t.replace('/imu_node/', '/audio_node/'): kind for t, kind in imu.items()}


def test_rviz_shows_what_is_published(published):
    config = yaml.safe_load((share_dir() / 'config' / 'dcat.rviz').read_text())
    displays = config['Visualization Manager']['Displays']
    topics = set()
    for display in displays:
        package, _, kind = display['Class'].partition('/')
        assert package == 'rviz_default_plugins'
        if SHOWS[kind]:
            topic = display['Topic']['Value']
            assert published[topic] == SHOWS[kind]
            topics.add(topic)
    texts = {f'/{kind}_node/markers' for kind in ('presence', 'imu', 'image', 'audio')}
    assert topics == texts | {'/image_node/debug_image'}


def panels(node):
    """The panels that a layout's tree names."""
    return [node] if isinstance(node, str) else panels(node['first']) + panels(node['second'])


def test_foxglove_shows_what_is_published(published):
    layout = json.loads((share_dir() / 'config' / 'foxglove.json').read_text())
    assert sorted(panels(layout['layout'])) == sorted(layout['configById'])
    text = json.dumps(layout['configById'])
    topics = set(re.findall(r'"(/\w+(?:/\w+)*)', text))
    assert topics <= published.keys(), topics - published.keys()
    assert {'/presence_node/label', '/presence_node/activity', '/diagnostics'} <= topics
    threed = layout['configById']['3D!texts']['topics']
    assert {published[topic] for topic in threed} == {'MarkerArray'}


def test_foxglove_plots_keys_that_activities_have():
    text = (share_dir() / 'config' / 'foxglove.json').read_text()
    keys = set(re.findall(r'key==\\"(\w+)\\"', text))
    assert keys == {'confidence', 'score', 'source', 'state'}
