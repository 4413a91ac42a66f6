"""rosbag2 recordings, written and read without ROS (library: rosbags)."""
