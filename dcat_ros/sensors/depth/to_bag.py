"""Messages of a depth camera, made of what was recorded."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.messages.camera_info import CAMERA_INFO_TYPE
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE, IMAGE_TYPE
from dcat_ros.sensors.depth.beside import camera_info_beside
from dcat_ros.sensors.depth.named import NAMED
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.to_bag import Gap, Message, ToBag, Types, header
from dcat_ros.signals import Signal

__all__ = ['TO_BAG', 'camera_info', 'compressed_image', 'depth_image']

_FRAME_ID = 'camera'
_INFO_TOPIC = camera_info_beside(NAMED.topic)


def depth_image(types: Types, stamp_ns: int, frame: NDArray[np.uint16]) -> Any:
    """sensor_msgs/Image, 16UC1, of a frame (H, W) in mm."""
    height, width = frame.shape
    return types[IMAGE_TYPE](
        header=header(types, stamp_ns, _FRAME_ID),
        height=height,
        width=width,
        encoding='16UC1',
        is_bigendian=0,
        step=2 * width,
        data=np.ascontiguousarray(frame).view(np.uint8).ravel(),
    )


def compressed_image(types: Types, stamp_ns: int, name: str, data: bytes) -> Any:
    """sensor_msgs/CompressedImage of a format, such as 'jpeg'."""
    return types[COMPRESSED_IMAGE_TYPE](
        header=header(types, stamp_ns, _FRAME_ID), format=name, data=np.frombuffer(data, np.uint8)
    )


def camera_info(types: Types, stamp_ns: int, shape: tuple[int, ...], focal_px: float) -> Any:
    """sensor_msgs/CameraInfo of a camera without distortion, of pictures of a shape (H, W)."""
    height, width = shape
    cx, cy = width / 2, height / 2
    region = types['sensor_msgs/msg/RegionOfInterest']
    return types[CAMERA_INFO_TYPE](
        header=header(types, stamp_ns, _FRAME_ID),
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


def _messages(types: Types, signal: Signal, given: Given, begin_ns: int) -> Iterator[Message]:
    """Of frames (n, H, W) in mm, uint16."""
    for stamp, frame in zip((signal.stamps_ns + begin_ns).tolist(), signal.values, strict=True):
        yield stamp, _INFO_TOPIC, camera_info(types, stamp, frame.shape, given['focal'])
        yield stamp, NAMED.topic, depth_image(types, stamp, frame)


def _pause(gap: Gap, rng: np.random.Generator) -> NDArray[Any]:
    """A picture that stands still, readings a millimetre off by chance, but at both ends.

    A camera whose pictures do not change at all hangs.
    """
    last, first = gap.before[-1], gap.after[0]
    frames = np.stack([last if 2 * t < gap.length_ns else first for t in gap.stamps_ns])
    # a generator of its own: what else is made of chance stays as it was
    off = np.random.default_rng(gap.length_ns).integers(-1, 2, frames.shape, np.int8)
    off[[0, -1]] = 0
    return np.where(frames > 1, frames + off, frames).astype(np.uint16)


TO_BAG = ToBag({_INFO_TOPIC: CAMERA_INFO_TYPE, NAMED.topic: IMAGE_TYPE}, _messages, _pause)
