"""Sound: log-mel rows of 10 ms."""

from typing import TYPE_CHECKING

from dcat_ros.card.card import NetworkSpec
from dcat_ros.sensors.fronts import signal_front
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound.conditions import CONDITIONS
from dcat_ros.sensors.sound.live import LIVE
from dcat_ros.sensors.sound.log_mel import N_MELS
from dcat_ros.sensors.sound.mask import augment
from dcat_ros.sensors.sound.pause import quiet
from dcat_ros.sensors.sound.samples import log_mel_rows
from dcat_ros.sensors.sound.views import without_level

if TYPE_CHECKING:
    from torch import nn

__all__ = ['SOUND']


def _whole_network(sensor: Sensor, spec: NetworkSpec, n_classes: int) -> 'nn.Module':
    from dcat_ros.sensors.sound.network import SoundNet

    return SoundNet(spec, sensor, n_classes)


SOUND = Sensor(
    name='audio',
    channels=tuple(f'mel{i}' for i in range(N_MELS)),
    units=('dB',) * N_MELS,
    scale=(20.0,) * N_MELS,
    signal='audio',
    samples=log_mel_rows,
    pause=quiet,
    augment=augment,
    front=signal_front,
    whole_network=_whole_network,
    views={'audio': without_level},
    conditions=CONDITIONS,
    live=LIVE,
)
