"""Names and types of the topics in the bags that dcat_ros writes and reads by default."""

__all__ = ['IMU_TOPIC', 'STRING_TYPE', 'TRUTH_TOPIC']

IMU_TOPIC = '/imu/data_raw'
TRUTH_TOPIC = '/activity_truth'
STRING_TYPE = 'std_msgs/msg/String'
