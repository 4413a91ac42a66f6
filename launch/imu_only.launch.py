"""Start imu_node: ros2 launch dcat_ros imu_only.launch.py [argument:=value ...]."""

from dcat_ros.launching import IMU_TOPIC, MODEL, Program, description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """The recogniser alone."""
    return description(
        'imu.yaml', [Program('imu_node', model=True, topics=(IMU_TOPIC,))], [MODEL, IMU_TOPIC]
    )
