"""The skeleton: positions of twenty joints, and how they move."""

from dcat_ros.sensors.fronts import signal_front
from dcat_ros.sensors.pause import held
from dcat_ros.sensors.samples import as_recorded
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.skeleton.augment import augment
from dcat_ros.sensors.skeleton.features import JOINTS, N_FEATURES
from dcat_ros.sensors.skeleton.views import described

__all__ = ['SKELETON']

_AXES = tuple(f'{axis}{joint}' for joint in range(1, len(JOINTS) + 1) for axis in 'xyz')

SKELETON = Sensor(
    name='skeleton',
    channels=_AXES + tuple(f'v{name}' for name in _AXES),
    units=('torso',) * N_FEATURES,
    scale=(1.0,) * N_FEATURES,
    signal='skeleton',
    samples=as_recorded,
    pause=held,
    augment=augment,
    front=signal_front,
    views={'skeleton': described},
)
