"""Serialised ROS messages to samples, the same for bags and for live topics; no ROS needed."""
