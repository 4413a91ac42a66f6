"""Motion of a hand: the slope of the wrist's way."""

from dcat_ros.sensors.augment import scaled
from dcat_ros.sensors.fronts import signal_front
from dcat_ros.sensors.motion.views import whole
from dcat_ros.sensors.pause import held
from dcat_ros.sensors.samples import as_recorded
from dcat_ros.sensors.sensor import Sensor

__all__ = ['MOTION']

MOTION = Sensor(
    name='motion',
    channels=('slope',),
    units=('1',),
    scale=(5.0,),
    signal='motion',
    samples=as_recorded,
    pause=held,
    augment=scaled,
    front=signal_front,
    rate_hz=50.0,
    views={'motion': whole},
)
