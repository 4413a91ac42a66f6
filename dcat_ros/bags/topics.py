"""Names and types of the topics in the bags that dcat_ros writes and reads by default."""

__all__ = [
    'AUDIO_TOPIC',
    'CAMERA_INFO_TOPIC',
    'IMAGE_TOPIC',
    'IMU_TOPIC',
    'STRING_TYPE',
    'TRUTH_TOPIC',
]

IMU_TOPIC = '/imu/data_raw'
IMAGE_TOPIC = '/image_raw'
CAMERA_INFO_TOPIC = '/camera_info'
AUDIO_TOPIC = '/audio'
TRUTH_TOPIC = '/activity_truth'
STRING_TYPE = 'std_msgs/msg/String'
