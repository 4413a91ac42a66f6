"""The depth camera, and one of fewer pixels."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dcat_ros.sensors.amounts import TakeAmounts
from dcat_ros.sensors.depth.augment import augment
from dcat_ros.sensors.depth.live import LIVE
from dcat_ros.sensors.depth.samples import frames_on_grid
from dcat_ros.sensors.depth.views import frames
from dcat_ros.sensors.pause import held
from dcat_ros.sensors.sensor import Sensor

if TYPE_CHECKING:
    from torch import nn

__all__ = ['DEPTH', 'DEPTH_16']


def _front(sensor: Sensor, width: int) -> 'nn.Module':
    from dcat_ros.sensors.depth.front import FrameFront

    return FrameFront(sensor, width)


DEPTH = Sensor(
    name='depth',
    channels=('mask', 'relative_depth'),
    units=('1', 'm'),
    scale=(1.0, 0.3),
    signal='depth',
    samples=frames_on_grid,
    pause=held,
    augment=augment,
    front=_front,
    size=32,
    any_rate=True,
    views={'depth': frames(32)},
    live=LIVE,
    takes=TakeAmounts(margin=0.25, most_margin=0.25),
)
DEPTH_16 = replace(DEPTH, name='depth_16', size=16, views={'depth_16': frames(16)}, live=None)
