"""Parameters of the node of an inertial sensor, beside those of all recognisers."""

from dcat_ros.sensors.setting import Spec

__all__ = ['PARAMETERS']

_MOUNT = Spec(
    'mount_rpy',
    [0.0, 0.0, 0.0],
    "Roll, pitch, yaw in rad of the training data's frame seen from the sensor's frame, "
    'about fixed axes (REP-103): how vectors are turned before recognition.',
    unit='rad',
    low=-6.2832,
    high=6.2832,
    live=True,
)
PARAMETERS = (
    _MOUNT,
    Spec(
        'accel_topic',
        '',
        'Topic of sensor_msgs/Imu of which the acceleration counts, where a driver publishes the '
        'halves of the sensor by themselves; goes with gyro_topic, in place of imu/data_raw.',
    ),
    Spec(
        'gyro_topic',
        '',
        'Topic of sensor_msgs/Imu of which the angular rate counts; goes with accel_topic. The '
        'halves may have different rates: they are joined by their stamps.',
    ),
    Spec(
        'ignore_covariance',
        False,
        'Take values that a covariance of -1 calls not reported (REP-145), as some drivers do '
        'that report them all the same.',
    ),
)
