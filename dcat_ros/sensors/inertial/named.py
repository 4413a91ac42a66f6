"""What a user names of an inertial sensor."""

from dcat_ros.sensors.named import Named
from dcat_ros.sensors.setting import LaunchTopic, Setting

__all__ = ['NAMED']

NAMED = Named(
    called='imu',
    what='sensor_msgs/Imu',
    topic='/imu/data_raw',
    settings=(
        Setting(
            'ignore_covariance',
            False,
            'Take inertial values that a covariance of -1 calls not reported (REP-145).',
        ),
    ),
    parts=('accel', 'gyro'),
    parts_are='halves of an inertial sensor',
    parts_hint='--accel and --gyro of dcat evaluate, accel_topic and gyro_topic of imu_node',
    launch=(
        LaunchTopic(
            'imu_topic', 'Topic of sensor_msgs/Imu; imu/data_raw if empty.', ('imu/data_raw',)
        ),
        LaunchTopic(
            'accel_topic', 'With gyro_topic: the acceleration of a sensor whose driver halves it.'
        ),
        LaunchTopic('gyro_topic', 'With accel_topic: the angular rate of such a sensor.'),
    ),
    demo_rate=4.0,
)
