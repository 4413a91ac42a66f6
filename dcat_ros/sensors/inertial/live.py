"""How the messages of an inertial sensor come."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.sensors.inertial.cuts import cuts
from dcat_ros.sensors.inertial.halves import find_halves
from dcat_ros.sensors.inertial.messages import IMU_TYPE
from dcat_ros.sensors.inertial.named import NAMED
from dcat_ros.sensors.inertial.parameters import PARAMETERS
from dcat_ros.sensors.inertial.playback import PLAYBACK
from dcat_ros.sensors.inertial.receiver import ImuReceiver
from dcat_ros.sensors.inertial.shown import trace
from dcat_ros.sensors.inertial.to_bag import TO_BAG
from dcat_ros.sensors.live import Form, Live
from dcat_ros.sensors.setting import Given
from dcat_ros.streaming.window import WindowStream

__all__ = ['LIVE']


def _make_receiver(card: Card, stream: WindowStream, form: Form, given: Given) -> ImuReceiver:
    return ImuReceiver(stream, ignore_covariance=given['ignore_covariance'])


def _level(samples: NDArray[np.float32], receiver: Any) -> tuple[float, float]:
    """Mean acceleration, and greatest angular rate."""
    mean = float(np.linalg.norm(samples[:, :3], axis=1).mean())
    return mean, float(np.abs(samples[:, 3:]).max())


def _values(means: NDArray[np.float64], rates: NDArray[np.float64]) -> str:
    return (
        f'acceleration {np.median(means):.1f} m/s² on average, angular rate up to '
        f'{rates.max():.1f} rad/s'
    )


LIVE = Live(
    **vars(NAMED),
    types=(IMU_TYPE,),
    make_receiver=_make_receiver,
    cuts=cuts,
    trace=trace,
    playback=PLAYBACK,
    recipe='own_bags',
    level=_level,
    values=_values,
    parameters=PARAMETERS,
    find_parts=find_halves,
    to_bag=TO_BAG,
    as_set={'ignore_covariance': 'ignore_covariance'},
    only_live=('mount_rpy',),
)
