"""Messages of a camera, made of pictures; for bags."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.messages.image import IMAGE_TYPE
from dcat_ros.sensors.camera.named import NAMED
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.to_bag import Gap, Message, ToBag, Types, header
from dcat_ros.signals import Signal

__all__ = ['TO_BAG', 'picture']

_FRAME_ID = 'camera_color'
#: A camera's pixels are never the same twice.
_NOISE = 2


def picture(types: Types, stamp_ns: int, pixels: NDArray[np.uint8]) -> Any:
    """sensor_msgs/Image of pixels: (H, W) as mono8, (H, W, 3) as rgb8."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else 3
    return types[IMAGE_TYPE](
        header=header(types, stamp_ns, _FRAME_ID),
        height=height,
        width=width,
        encoding='mono8' if channels == 1 else 'rgb8',
        is_bigendian=0,
        step=channels * width,
        data=np.ascontiguousarray(pixels).ravel(),
    )


def _messages(types: Types, signal: Signal, given: Given, begin_ns: int) -> Iterator[Message]:
    """Of pictures (n, H, W) or (n, H, W, 3), uint8."""
    for stamp, pixels in zip((signal.stamps_ns + begin_ns).tolist(), signal.values, strict=True):
        yield stamp, NAMED.topic, picture(types, stamp, pixels)


def _pause(gap: Gap, rng: np.random.Generator) -> NDArray[Any]:
    """A picture that stands still but for the noise of its pixels."""
    last, first = gap.before[-1], gap.after[0]
    frames = np.stack([last if 2 * t < gap.length_ns else first for t in gap.stamps_ns])
    # a generator of its own: what else is made of chance stays as it was
    own = np.random.default_rng(gap.length_ns)
    off = own.integers(-_NOISE, _NOISE + 1, frames.shape, np.int8)
    return np.asarray((frames.astype(np.int16) + off).clip(0, 255), np.uint8)


TO_BAG = ToBag({NAMED.topic: IMAGE_TYPE}, _messages, _pause)
