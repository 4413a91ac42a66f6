"""What `dcat doctor` looks at: whether this machine can run the package, and what it lacks.

Nothing here imports rclpy, for a broken ROS may end the process that does. What needs it runs in a
process of its own.
"""
