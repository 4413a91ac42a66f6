"""Start image_node: ros2 launch dcat_ros image_only.launch.py [argument:=value ...]."""

from dcat_ros.launching import CAMERA_INFO_TOPIC, IMAGE_TOPIC, MODEL, Program, description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """The recogniser alone."""
    topics = (IMAGE_TOPIC, CAMERA_INFO_TOPIC)
    node = Program('image_node', model=True, topics=topics)
    return description('image.yaml', [node], [MODEL, *topics])
