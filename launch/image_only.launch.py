"""Start image_node: ros2 launch dcat_ros image_only.launch.py [argument:=value ...]."""

from dcat_ros.launching import MODEL, Program, description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """The recogniser alone."""
    return description('image.yaml', [Program('image_node', model=True)], [MODEL])
