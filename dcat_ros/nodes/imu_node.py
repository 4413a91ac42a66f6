"""imu_node: sensor_msgs/Imu on `imu/data_raw` to activity labels."""

from typing import Any

from sensor_msgs.msg import Imu

from dcat_ros.modalities.imu import mount_rotation
from dcat_ros.nodes.parameters import RECOGNISER_PARAMETERS, Spec
from dcat_ros.nodes.sensor_node import SensorNode
from dcat_ros.receivers.imu import ImuReceiver
from dcat_ros.streaming.recogniser import Recogniser

__all__ = ['ImuNode']

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


class ImuNode(SensorNode):
    """Recognises activities from acceleration and angular rate."""

    modality = 'imu'
    message_type = Imu
    input_topic = 'imu/data_raw'
    parameters = (*RECOGNISER_PARAMETERS, _MOUNT)

    def __init__(self, **options: Any) -> None:
        super().__init__('imu_node', **options)

    def make_receiver(self, recogniser: Recogniser) -> ImuReceiver:
        """Decodes samples."""
        return ImuReceiver(recogniser.stream)

    def apply(self, recogniser: Recogniser) -> None:
        """Also the rotation of the sensor."""
        super().apply(recogniser)
        angles = self.get_parameter('mount_rpy').value
        recogniser.rotation = mount_rotation(*angles) if any(angles) else None
