"""Start all recognisers and presence_node: ros2 launch dcat_ros auto.launch.py [...].

The recognisers sleep until presence_node sees data on their topics.
"""

from dcat_ros.launching import Program, description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Three recognisers that sleep, and the node that wakes them."""
    names = ('imu_node', 'image_node', 'audio_node')
    recognisers = [Program(name, fixed={'autostart': False}) for name in names]
    return description('auto.yaml', [*recognisers, Program('presence_node')])
