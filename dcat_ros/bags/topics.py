"""The truth's topic in the bags that dcat_ros writes, and reads by default, and its type."""

__all__ = ['STRING_TYPE', 'TRUTH_TOPIC']

TRUTH_TOPIC = '/activity_truth'
STRING_TYPE = 'std_msgs/msg/String'
