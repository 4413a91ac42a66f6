"""The inertial sensor, and its halves."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dcat_ros.sensors.amounts import TakeAmounts
from dcat_ros.sensors.augment import turned
from dcat_ros.sensors.fronts import signal_front
from dcat_ros.sensors.inertial.live import LIVE
from dcat_ros.sensors.inertial.pause import stillness
from dcat_ros.sensors.inertial.samples import CHANNELS, SCALE, UNITS
from dcat_ros.sensors.inertial.views import beginning, poor_accelerometer
from dcat_ros.sensors.pause import held
from dcat_ros.sensors.samples import as_recorded, some_channels
from dcat_ros.sensors.sensor import MakeView, Sensor

if TYPE_CHECKING:
    from dcat_ros.blocks.features import FixedFeatures

__all__ = ['ACCELEROMETER', 'GYROSCOPE', 'INERTIAL']

_FIRST, _LAST = slice(0, 3), slice(3, 6)


def _kernels() -> 'FixedFeatures':
    from dcat_ros.sensors.inertial.kernels import InertialFeatures

    return InertialFeatures()


INERTIAL = Sensor(
    name='imu',
    channels=CHANNELS,
    units=UNITS,
    scale=SCALE,
    signal='imu',
    samples=as_recorded,
    pause=stillness,
    augment=turned,
    front=signal_front,
    features=_kernels,
    views={'imu': beginning(slice(0, 6)), 'imu_half': beginning(slice(0, 6), share=0.5)},
    live=LIVE,
    takes=TakeAmounts(weight=0.25, margin=0.5, most_margin=1.5),
)


def _half(name: str, channels: slice, views: dict[str, MakeView]) -> Sensor:
    """Three of the channels: robots publish no messages of them alone."""
    return replace(
        INERTIAL,
        name=name,
        channels=CHANNELS[channels],
        units=UNITS[channels],
        scale=SCALE[channels],
        samples=some_channels(channels),
        pause=held,
        features=None,
        views=views,
        live=None,
    )


ACCELEROMETER = _half(
    'accelerometer',
    _FIRST,
    {'accelerometer': beginning(_FIRST), 'accelerometer_poor': poor_accelerometer},
)
GYROSCOPE = _half('gyroscope', _LAST, {'gyroscope': beginning(_LAST)})
