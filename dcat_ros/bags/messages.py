"""Making the messages of a bag with rosbags."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.rosbag2 import Writer
from rosbags.typesys import Stores, get_typestore

from dcat_ros.bags.topics import (
    AUDIO_TOPIC,
    CAMERA_INFO_TOPIC,
    IMAGE_TOPIC,
    IMU_TOPIC,
    STRING_TYPE,
    TRUTH_TOPIC,
)
from dcat_ros.messages.camera_info import CAMERA_INFO_TYPE
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE, IMAGE_TYPE
from dcat_ros.sensors.inertial.messages import IMU_TYPE
from dcat_ros.sensors.sound.messages import AUDIO_TYPES

__all__ = ['Messages']

_TYPES = {
    IMU_TOPIC: IMU_TYPE,
    IMAGE_TOPIC: IMAGE_TYPE,
    f'{IMAGE_TOPIC}/compressed': COMPRESSED_IMAGE_TYPE,
    CAMERA_INFO_TOPIC: CAMERA_INFO_TYPE,
    AUDIO_TOPIC: AUDIO_TYPES[0],
    TRUTH_TOPIC: STRING_TYPE,
}


class Messages:
    """Messages of the topics that dcat_ros writes; a topic is there once it has a message.

    Args:
        writer: of the open bag.
    """

    def __init__(self, writer: Writer):
        self._writer = writer
        self._store = get_typestore(Stores.ROS2_JAZZY)
        self._types: Any = self._store.types
        self._connections: dict[str, Any] = {}

    def write(self, topic: str, stamp_ns: int, message: Any) -> None:
        """Write a message; its log time is `stamp_ns`."""
        kind = _TYPES[topic]
        if topic not in self._connections:
            connection = self._writer.add_connection(topic, kind, typestore=self._store)
            self._connections[topic] = connection
        data = self._store.serialize_cdr(message, kind)
        self._writer.write(self._connections[topic], stamp_ns, data)

    def string(self, text: str) -> Any:
        """std_msgs/String."""
        return self._types[STRING_TYPE](data=text)

    def imu(self, stamp_ns: int, values: NDArray[Any], frame_id: str) -> Any:
        """sensor_msgs/Imu of acceleration in m/s² and angular rate in rad/s, shape (6,)."""
        types = self._types
        vector = types['geometry_msgs/msg/Vector3']
        unknown = np.zeros(9)  # REP-145: all zeros is "covariance unknown"
        no_orientation = np.array([-1.0] + [0.0] * 8)
        ax, ay, az, wx, wy, wz = (float(value) for value in values)
        return types[IMU_TYPE](
            header=self._header(stamp_ns, frame_id),
            orientation=types['geometry_msgs/msg/Quaternion'](x=0.0, y=0.0, z=0.0, w=1.0),
            orientation_covariance=no_orientation,
            angular_velocity=vector(x=wx, y=wy, z=wz),
            angular_velocity_covariance=unknown,
            linear_acceleration=vector(x=ax, y=ay, z=az),
            linear_acceleration_covariance=unknown,
        )

    def depth(self, stamp_ns: int, frame: NDArray[np.uint16], frame_id: str) -> Any:
        """sensor_msgs/Image, 16UC1, of a frame (H, W) in mm."""
        height, width = frame.shape
        return self._types[IMAGE_TYPE](
            header=self._header(stamp_ns, frame_id),
            height=height,
            width=width,
            encoding='16UC1',
            is_bigendian=0,
            step=2 * width,
            data=np.ascontiguousarray(frame).view(np.uint8).ravel(),
        )

    def compressed_image(self, stamp_ns: int, name: str, data: bytes, frame_id: str) -> Any:
        """sensor_msgs/CompressedImage of a format, such as 'jpeg'."""
        return self._types[COMPRESSED_IMAGE_TYPE](
            header=self._header(stamp_ns, frame_id),
            format=name,
            data=np.frombuffer(data, np.uint8),
        )

    def camera_info(
        self, stamp_ns: int, shape: tuple[int, ...], focal_px: float, frame_id: str
    ) -> Any:
        """sensor_msgs/CameraInfo of a camera without distortion."""
        height, width = shape
        cx, cy = width / 2, height / 2
        region = self._types['sensor_msgs/msg/RegionOfInterest']
        return self._types[CAMERA_INFO_TYPE](
            header=self._header(stamp_ns, frame_id),
            height=height,
            width=width,
            distortion_model='plumb_bob',
            d=np.zeros(5),
            k=np.array([focal_px, 0, cx, 0, focal_px, cy, 0, 0, 1], dtype=np.float64),
            r=np.eye(3).ravel(),
            p=np.array([focal_px, 0, cx, 0, 0, focal_px, cy, 0, 0, 0, 1, 0], dtype=np.float64),
            binning_x=0,
            binning_y=0,
            roi=region(x_offset=0, y_offset=0, height=0, width=0, do_rectify=False),
        )

    def sound(self, samples: NDArray[np.float32]) -> Any:
        """std_msgs/Int16MultiArray of samples (n,) in [-1, 1]."""
        types = self._types
        n = len(samples)
        dimension = types['std_msgs/msg/MultiArrayDimension']
        layout = types['std_msgs/msg/MultiArrayLayout'](
            dim=[
                dimension(label='samples', size=n, stride=n),
                dimension(label='channels', size=1, stride=1),
            ],
            data_offset=0,
        )
        values = np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16)
        return types[AUDIO_TYPES[0]](layout=layout, data=values)

    def _header(self, stamp_ns: int, frame_id: str) -> Any:
        sec, nanosec = divmod(stamp_ns, 1_000_000_000)
        stamp = self._types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec)
        return self._types['std_msgs/msg/Header'](stamp=stamp, frame_id=frame_id)
