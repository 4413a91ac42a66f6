"""The ROS 2 nodes: the only folder that imports rclpy."""

__all__ = ['NO_ROS']

#: What to say where rclpy is missing.
NO_ROS = (
    'rclpy is not installed: source ROS 2 (source /opt/ros/jazzy/setup.bash), or use the '
    "environment that 'make setup' makes."
)
