"""The inertial sensor: acceleration and angular rate, as sensor_msgs/Imu has them."""
