"""The colour camera, and the Kinect's skeleton as a camera would have seen it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dcat_ros.sensors.camera.augment import augment
from dcat_ros.sensors.camera.live import LIVE
from dcat_ros.sensors.camera.pause import standing
from dcat_ros.sensors.camera.samples import (
    CHANNELS,
    SCALE,
    UNITS,
    joints_on_grid,
    kinect_on_grid,
)
from dcat_ros.sensors.camera.views import kinect, whole
from dcat_ros.sensors.sensor import Sensor

if TYPE_CHECKING:
    from torch import nn

    from dcat_ros.blocks.features import FixedFeatures

__all__ = ['CAMERA', 'KINECT']


def _front(sensor: Sensor, width: int) -> 'nn.Module':
    from dcat_ros.sensors.camera.front import PoseFront

    return PoseFront(width)


def _kernels() -> 'FixedFeatures':
    from dcat_ros.sensors.camera.kernels import PoseFeatures

    return PoseFeatures()


CAMERA = Sensor(
    name='camera',
    channels=CHANNELS,
    units=UNITS,
    scale=SCALE,
    signal='pose',
    samples=joints_on_grid,
    pause=standing,
    augment=augment,
    front=_front,
    features=_kernels,
    any_rate=True,
    views={'camera': whole},
    live=LIVE,
)
KINECT = replace(
    CAMERA,
    name='kinect',
    signal='skeleton',
    samples=kinect_on_grid,
    views={'kinect': kinect},
    live=None,
)
