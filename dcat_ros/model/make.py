"""The network that a record asks for."""

from typing import TYPE_CHECKING, TypeAlias, cast

from dcat_ros.card.card import NetworkSpec
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.sensor import Sensor

if TYPE_CHECKING:
    from dcat_ros.sensors.sound.network import SoundNet

__all__ = ['Network', 'make_network']

Network: TypeAlias = 'ActivityNet | SoundNet'


def make_network(spec: NetworkSpec, sensor: Sensor, n_classes: int) -> Network:
    """Build the network of this kind, with fresh weights."""
    if spec.kind == 'sound' and sensor.whole_network is not None:
        return cast('SoundNet', sensor.whole_network(sensor, spec, n_classes))
    return ActivityNet(spec, sensor, n_classes)
