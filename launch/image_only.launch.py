"""Start image_node: ros2 launch dcat_ros image_only.launch.py [argument:=value ...]."""

from dcat_ros.launching import MODEL, Program, description, topics_of
from dcat_ros.sensors.depth.named import NAMED
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """The recogniser alone."""
    topics = topics_of(NAMED.launch)
    node = Program('image_node', model=True, topics=topics)
    return description('image.yaml', [node], [MODEL, *topics])
