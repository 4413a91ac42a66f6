"""Start all recognisers and presence_node: ros2 launch dcat_ros auto.launch.py [...].

The recognisers sleep until presence_node sees data on their topics.
"""

from dcat_ros.launching import (
    AUDIO_TOPIC,
    CAMERA_INFO_TOPIC,
    IMAGE_TOPIC,
    IMU_TOPIC,
    Program,
    description,
)
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Three recognisers that sleep, and the node that wakes them."""
    topics = {
        'imu_node': (IMU_TOPIC,),
        'image_node': (IMAGE_TOPIC, CAMERA_INFO_TOPIC),
        'audio_node': (AUDIO_TOPIC,),
    }
    recognisers = [
        Program(name, fixed={'autostart': False}, topics=own) for name, own in topics.items()
    ]
    arguments = [argument for own in topics.values() for argument in own]
    return description('auto.yaml', [*recognisers, Program('presence_node')], arguments)
