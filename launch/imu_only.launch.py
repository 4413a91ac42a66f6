"""Start imu_node: ros2 launch dcat_ros imu_only.launch.py [argument:=value ...]."""

from dcat_ros.launching import ACCEL_TOPIC, GYRO_TOPIC, IMU_TOPIC, MODEL, Program, description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """The recogniser alone."""
    halves = (ACCEL_TOPIC, GYRO_TOPIC)
    node = Program('imu_node', model=True, topics=(IMU_TOPIC,), parameters=halves)
    return description('imu.yaml', [node], [MODEL, IMU_TOPIC, *halves])
