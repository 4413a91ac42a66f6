"""Sound: log-mel rows of 10 ms; or, with a tagger as its encoder, the rows which that hears."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dcat_ros.sensors.fronts import signal_front
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound.augment import another_place, mix
from dcat_ros.sensors.sound.conditions import CONDITIONS
from dcat_ros.sensors.sound.ear.augment import another_place as another_place_of_ear
from dcat_ros.sensors.sound.ear.encoder import EAR
from dcat_ros.sensors.sound.ear.rows import N_BANDS
from dcat_ros.sensors.sound.ear.samples import quiet_rows as quiet_rows_of_ear
from dcat_ros.sensors.sound.ear.samples import rows_of
from dcat_ros.sensors.sound.ear.views import as_they_are, tagged
from dcat_ros.sensors.sound.live import LIVE
from dcat_ros.sensors.sound.log_mel import HOP_S, N_MELS
from dcat_ros.sensors.sound.mask import masked
from dcat_ros.sensors.sound.pause import quiet_rows
from dcat_ros.sensors.sound.samples import log_mel_rows
from dcat_ros.sensors.sound.views import without_level

if TYPE_CHECKING:
    from torch import nn

    from dcat_ros.blocks.features import FixedFeatures

__all__ = ['SOUND']


def _front(sensor: Sensor, width: int) -> 'nn.Module':
    from dcat_ros.sensors.sound.front import SoundFront

    return SoundFront(sensor, width)


def _front_of_ear(sensor: Sensor, width: int) -> 'nn.Module':
    from dcat_ros.sensors.sound.ear.front import EarFront

    return EarFront(width)


def _features() -> 'FixedFeatures':
    from dcat_ros.sensors.sound.features import SoundFeatures

    return SoundFeatures()


_AS_IT_IS = Sensor(
    name='audio',
    channels=tuple(f'mel{i}' for i in range(N_MELS)),
    units=('dB',) * N_MELS,
    scale=(20.0,) * N_MELS,
    signal='audio',
    samples=log_mel_rows,
    pause=quiet_rows,
    augment=another_place,
    front=_front,
    features=_features,
    mix=mix,
    pause_s=(2.0, 6.0),
    rate_hz=1 / HOP_S,
    conditions=CONDITIONS,
    live=LIVE,
)
#: The same with a public tagger before our network.
_WITH_EAR = replace(
    _AS_IT_IS,
    channels=tuple(f'mel{i}' for i in range(N_BANDS)),
    units=('dB',) * N_BANDS,
    scale=(20.0,) * N_BANDS,
    samples=rows_of,
    pause=quiet_rows_of_ear,
    augment=another_place_of_ear,
    front=_front_of_ear,
    features=None,
    encoder=EAR,
    views={'ear': tagged},
)
#: Whole short trials are shown without their level, to the front of other sensors: so were the
#: published comparisons of methods measured.
SOUND = replace(
    _AS_IT_IS,
    views={'audio': without_level},
    viewed=replace(_AS_IT_IS, front=signal_front, augment=masked, live=None),
    encoded={EAR.name: replace(_WITH_EAR, viewed=replace(_WITH_EAR, augment=as_they_are))},
)
