"""Start all recognisers and presence_node: ros2 launch dcat_ros auto.launch.py [...].

The recognisers sleep until presence_node sees data on their topics. An ordinary camera's is among
them if its topic is named, since it needs what finds the joints.
"""

from collections.abc import Mapping

from dcat_ros.launching import Program, description, topics_of
from dcat_ros.sensors.camera.named import NAMED as CAMERA
from dcat_ros.sensors.depth.named import NAMED as DEPTH
from dcat_ros.sensors.inertial.named import NAMED as INERTIAL
from dcat_ros.sensors.sound.named import NAMED as SOUND
from launch import LaunchDescription

_CAMERA_NODE = 'camera_node'
_CAMERA_TOPIC = 'camera_topic'


def generate_launch_description() -> LaunchDescription:
    """Recognisers that sleep, and the node that wakes them."""
    nodes = {
        'imu_node': INERTIAL,
        'image_node': DEPTH,
        _CAMERA_NODE: CAMERA,
        'audio_node': SOUND,
    }
    topics = {
        name: topics_of(topic for topic in named.launch if topic.replaces)
        for name, named in nodes.items()
    }

    def woken(given: Mapping[str, str]) -> dict[str, object]:
        """The ordinary camera, too, where it is named; a file of the user's own says it itself."""
        own_file = given['params_file'] or not given[_CAMERA_TOPIC]
        return {} if own_file else {'recognisers': [*nodes]}

    recognisers = [
        Program(
            name,
            executable=nodes[name].node,
            fixed=lambda given: {'autostart': False},
            only_if=_CAMERA_TOPIC if name == _CAMERA_NODE else '',
            topics=own,
        )
        for name, own in topics.items()
    ]
    arguments = [argument for own in topics.values() for argument in own]
    return description(
        'auto.yaml', [*recognisers, Program('presence_node', fixed=woken)], arguments
    )
