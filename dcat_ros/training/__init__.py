"""Making weights from recordings; no ROS."""
