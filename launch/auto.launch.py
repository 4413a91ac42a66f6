"""Start all recognisers and presence_node: ros2 launch dcat_ros auto.launch.py [...].

The recognisers sleep until presence_node sees data on their topics.
"""

from dcat_ros.launching import Program, description, topics_of
from dcat_ros.sensors.depth.named import NAMED as DEPTH
from dcat_ros.sensors.inertial.named import NAMED as INERTIAL
from dcat_ros.sensors.sound.named import NAMED as SOUND
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Three recognisers that sleep, and the node that wakes them."""
    nodes = {'imu_node': INERTIAL, 'image_node': DEPTH, 'audio_node': SOUND}
    topics = {
        name: topics_of(topic for topic in named.launch if topic.replaces)
        for name, named in nodes.items()
    }
    recognisers = [
        Program(name, fixed={'autostart': False}, topics=own) for name, own in topics.items()
    ]
    arguments = [argument for own in topics.values() for argument in own]
    return description('auto.yaml', [*recognisers, Program('presence_node')], arguments)
