"""How the pictures of a depth camera come."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.messages.camera_info import CAMERA_INFO_TYPE, decode_camera_info
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE, IMAGE_TYPE, is_depth
from dcat_ros.sensors.depth.beside import camera_beside, camera_info_beside
from dcat_ros.sensors.depth.cuts import RATE_HZ, cuts
from dcat_ros.sensors.depth.named import NAMED
from dcat_ros.sensors.depth.parameters import PARAMETERS
from dcat_ros.sensors.depth.playback import PLAYBACK
from dcat_ros.sensors.depth.receiver import ImageReceiver
from dcat_ros.sensors.depth.shown import trace
from dcat_ros.sensors.depth.to_bag import TO_BAG
from dcat_ros.sensors.live import Beside, Form, Live
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.streaming.window import WindowStream

__all__ = ['LIVE']


def _make_receiver(card: Card, stream: WindowStream, form: Form, given: Given) -> ImageReceiver:
    compressed = form.type_name == COMPRESSED_IMAGE_TYPE
    receiver = ImageReceiver(card, compressed=compressed, stride_s=form.stride_s)
    if given['focal'] > 0:
        receiver.focal_px = given['focal']
    return receiver


def _complete(receiver: ImageReceiver, recording: Recording, topic: str, given: Given) -> None:
    if not given['focal'] > 0:
        receiver.focal_px, receiver.focal_width = camera_beside(recording, topic)


def _beside(topic: str, type_name: str, given: Given) -> Beside | None:
    if given['focal'] > 0:
        return None
    return Beside(camera_info_beside(topic), CAMERA_INFO_TYPE, _tell)


def _tell(receiver: ImageReceiver, data: bytes) -> None:
    receiver.focal_px, receiver.focal_width = decode_camera_info(data)


def _level(samples: NDArray[np.float32], receiver: ImageReceiver) -> tuple[float, float] | None:
    """Median distance in m, and width in pixels, of the last picture."""
    picture = receiver.last_picture
    if picture is None or not picture.pixels.any():
        return None
    depth = picture.pixels.astype(np.float32)
    return float(np.median(depth[depth > 0])) / 1000, picture.pixels.shape[1]


def _values(distances: NDArray[np.float64], widths: NDArray[np.float64]) -> str:
    return f'{widths.max():.0f} pixels wide, readings at {np.median(distances):.2f} m (median)'


LIVE = Live(
    **vars(NAMED),
    types=(IMAGE_TYPE, COMPRESSED_IMAGE_TYPE),
    is_mine=is_depth,
    make_receiver=_make_receiver,
    cuts=cuts,
    trace=trace,
    playback=PLAYBACK,
    recipe='own_bags_depth',
    level=_level,
    values=_values,
    parameters=PARAMETERS,
    defaults={'model': 'image_depth_utd_mhad', 'qos_depth': 5, 'max_gap': 0.5},
    max_gap_s=0.5,
    enough_hz=RATE_HZ,
    complete=_complete,
    beside=_beside,
    assumed={'focal': 500.0},
    to_bag=TO_BAG,
    as_set={'focal_px': 'focal', 'max_range': 'max_range'},
)
