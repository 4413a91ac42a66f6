"""imu_node: sensor_msgs/Imu on `imu/data_raw` to activity labels."""

from functools import partial
from typing import Any

from sensor_msgs.msg import Imu

from dcat_ros.errors import ConfigError
from dcat_ros.nodes.inputs import Taker
from dcat_ros.nodes.sensor_node import SensorNode
from dcat_ros.sensors.inertial.receiver import ImuReceiver
from dcat_ros.sensors.inertial.samples import mount_rotation, rotate
from dcat_ros.sensors.inertial.sensor import INERTIAL
from dcat_ros.streaming.recogniser import Recogniser

__all__ = ['ImuNode']


class ImuNode(SensorNode):
    """Recognises activities from acceleration and angular rate."""

    sensors = (INERTIAL,)
    message_type = Imu
    input_topic = 'imu/data_raw'

    def __init__(self, **options: Any) -> None:
        super().__init__('imu_node', **options)
        self._halves: dict[str, str] = {}
        topics = [self.get_parameter(f'{half}_topic').value for half in ('accel', 'gyro')]
        if bool(topics[0]) != bool(topics[1]) or (topics[0] and topics[0] == topics[1]):
            raise ConfigError(
                f'accel_topic={topics[0]!r} and gyro_topic={topics[1]!r} (parameters of imu_node) '
                'must both be set, to two topics, or neither.'
            )
        if topics[0]:
            self._halves = dict(zip(topics, ('accel', 'gyro'), strict=True))
            self.input_topic = topics[1]

    def make_receiver(self, recogniser: Recogniser) -> ImuReceiver:
        """Decodes samples."""
        return ImuReceiver(
            recogniser.stream,
            ignore_covariance=self.get_parameter('ignore_covariance').value,
            max_gap_s=self.get_parameter('max_gap').value,
            reorder_s=self.get_parameter('reorder').value,
        )

    def inputs(self, receiver: ImuReceiver) -> dict[str, Taker]:
        """One topic, or one of each half."""
        if not self._halves:
            return super().inputs(receiver)
        return {topic: partial(receiver.accept_part, half) for topic, half in self._halves.items()}

    def apply(self, recogniser: Recogniser) -> None:
        """Also the rotation of the sensor."""
        super().apply(recogniser)
        angles = self.get_parameter('mount_rpy').value
        matrix = mount_rotation(*angles) if any(angles) else None
        recogniser.prepare = None if matrix is None else partial(rotate, matrix=matrix)
