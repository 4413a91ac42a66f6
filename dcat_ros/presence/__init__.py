"""Several sensors, one label: which are present, and which is believed. No ROS in here."""
