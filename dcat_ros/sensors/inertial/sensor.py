"""The inertial sensor, and its halves."""

from typing import TYPE_CHECKING

from dcat_ros.sensors.augment import turned
from dcat_ros.sensors.fronts import signal_front
from dcat_ros.sensors.inertial.live import LIVE
from dcat_ros.sensors.inertial.pause import stillness
from dcat_ros.sensors.inertial.samples import CHANNELS, SCALE, UNITS
from dcat_ros.sensors.inertial.views import beginning, poor_accelerometer
from dcat_ros.sensors.pause import held
from dcat_ros.sensors.samples import as_recorded, some_channels
from dcat_ros.sensors.sensor import Sensor

if TYPE_CHECKING:
    from dcat_ros.blocks.features import FixedFeatures

__all__ = ['ACCELEROMETER', 'GYROSCOPE', 'INERTIAL']

_FIRST, _LAST = slice(0, 3), slice(3, 6)


def _kernels() -> 'FixedFeatures':
    from dcat_ros.sensors.inertial.kernels import PpvFeatures

    return PpvFeatures()


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
)
ACCELEROMETER = Sensor(
    name='accelerometer',
    channels=CHANNELS[_FIRST],
    units=UNITS[_FIRST],
    scale=SCALE[_FIRST],
    signal='imu',
    samples=some_channels(_FIRST),
    pause=held,
    augment=turned,
    front=signal_front,
    views={'accelerometer': beginning(_FIRST), 'accelerometer_poor': poor_accelerometer},
)
GYROSCOPE = Sensor(
    name='gyroscope',
    channels=CHANNELS[_LAST],
    units=UNITS[_LAST],
    scale=SCALE[_LAST],
    signal='imu',
    samples=some_channels(_LAST),
    pause=held,
    augment=turned,
    front=signal_front,
    views={'gyroscope': beginning(_LAST)},
)
