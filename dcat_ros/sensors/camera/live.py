"""How the pictures of an ordinary camera come."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE, IMAGE_TYPE, is_depth
from dcat_ros.sensors.camera.cuts import cuts
from dcat_ros.sensors.camera.film import RATE_HZ
from dcat_ros.sensors.camera.landmarks import finders
from dcat_ros.sensors.camera.named import MODEL, NAMED
from dcat_ros.sensors.camera.parameters import PARAMETERS
from dcat_ros.sensors.camera.playback import PLAYBACK
from dcat_ros.sensors.camera.receiver import CameraReceiver
from dcat_ros.sensors.camera.shown import trace
from dcat_ros.sensors.camera.to_bag import TO_BAG
from dcat_ros.sensors.live import Form, Live
from dcat_ros.sensors.setting import Given
from dcat_ros.streaming.window import WindowStream

__all__ = ['LIVE']


def _make_receiver(card: Card, stream: WindowStream, form: Form, given: Given) -> CameraReceiver:
    compressed = form.type_name == COMPRESSED_IMAGE_TYPE
    return CameraReceiver(
        card,
        finders(given['pose_network']),
        prefers=given['watched'],
        compressed=compressed,
        stride_s=form.stride_s,
    )


def _is_mine(topic: str, type_name: str, data: bytes | None) -> bool:
    return not is_depth(topic, type_name, data)


def _level(samples: NDArray[np.float32], receiver: CameraReceiver) -> tuple[float, float] | None:
    """Brightness, and width in pixels, of the last picture."""
    picture = receiver.last_picture
    if picture is None:
        return None
    return float(picture.pixels.astype(np.float32).mean()), picture.pixels.shape[1]


def _values(brightness: NDArray[np.float64], widths: NDArray[np.float64]) -> str:
    return f'{widths.max():.0f} pixels wide, brightness {np.median(brightness):.0f} of 255 (median)'


LIVE = Live(
    **vars(NAMED),
    types=(IMAGE_TYPE, COMPRESSED_IMAGE_TYPE),
    is_mine=_is_mine,
    make_receiver=_make_receiver,
    cuts=cuts,
    trace=trace,
    playback=PLAYBACK,
    recipe='own_bags_camera',
    level=_level,
    values=_values,
    parameters=PARAMETERS,
    defaults={'model': MODEL, 'qos_depth': 5, 'max_gap': 0.5},
    max_gap_s=0.5,
    enough_hz=RATE_HZ,
    to_bag=TO_BAG,
    as_set={'person': 'watched', 'pose_network': 'pose_network'},
)
