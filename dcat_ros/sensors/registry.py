"""The sensors by name: those of this folder, and those that installed packages bring.

A package brings one by an entry point of the group `dcat_ros.sensors`, of the sensor's name, that
leads to a `Sensor`.
"""

import difflib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points

from dcat_ros.card.card import Card
from dcat_ros.errors import ConfigError
from dcat_ros.pretrained.known import find_pretrained
from dcat_ros.sensors.camera.sensor import CAMERA, KINECT
from dcat_ros.sensors.depth.sensor import DEPTH, DEPTH_16
from dcat_ros.sensors.inertial.sensor import ACCELEROMETER, GYROSCOPE, INERTIAL
from dcat_ros.sensors.live import Live
from dcat_ros.sensors.motion.sensor import MOTION
from dcat_ros.sensors.named import GROUP
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.skeleton.sensor import SKELETON
from dcat_ros.sensors.sound.sensor import SOUND
from dcat_ros.sensors.to_bag import ToBag

__all__ = [
    'USUAL',
    'check_card',
    'find_sensor',
    'heard',
    'live_called',
    'live_of',
    'sensor_of',
    'sensor_with',
    'sensors',
    'to_bag_of',
]

_OWN = (
    INERTIAL,
    ACCELEROMETER,
    GYROSCOPE,
    DEPTH,
    DEPTH_16,
    CAMERA,
    KINECT,
    SKELETON,
    SOUND,
    MOTION,
)
#: What a configuration is for that does not say it.
USUAL = INERTIAL.name
#: What a node holds of a window is some ten times as much.
_MAX_VALUES = 2_000_000


@cache
def _all() -> tuple[dict[str, Sensor], dict[str, str]]:
    """Every sensor by its name; and why those of installed packages cannot be used."""
    found = {sensor.name: sensor for sensor in _OWN}
    broken: dict[str, str] = {}
    for entry in entry_points(group=GROUP):
        try:
            sensor = entry.load()
            if not isinstance(sensor, Sensor):
                raise TypeError(f'{entry.value} is no Sensor')
            if sensor.name != entry.name or sensor.name in found:
                raise ValueError(f'its name, {sensor.name!r}, is another or taken')
            found[sensor.name] = sensor
        except Exception as problem:  # of a package of anybody's: the others must work
            broken[entry.name] = f'{entry.value}: {problem}'
    return found, broken


def sensors() -> Mapping[str, Sensor]:
    """Name -> sensor."""
    return _all()[0]


def find_sensor(name: str) -> Sensor:
    """A sensor by name.

    Raises:
        ConfigError: there is none.
    """
    known, broken = _all()
    if name in broken:
        raise ConfigError(f'The sensor {name!r} cannot be used: {broken[name]}.')
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f' Did you mean {near[0]!r}?' if near else ''
        raise ConfigError(f'There is no modality {name!r}; there are {", ".join(known)}.{hint}')
    return known[name]


def heard() -> dict[str, Live]:
    """Name -> how its messages come, of the sensors whose messages are known."""
    return {sensor.name: sensor.live for sensor in sensors().values() if sensor.live is not None}


def live_called(called: str) -> Live:
    """How the messages come of the sensor that options call so.

    Raises:
        ConfigError: there is none.
    """
    known = {live.called: live for live in heard().values()}
    if called not in known:
        raise ConfigError(f'No sensor is called {called!r}; there are {", ".join(known)}.')
    return known[called]


def to_bag_of(live: Live) -> ToBag:
    """How messages of a sensor are made of a recording.

    Raises:
        ConfigError: nobody knows.
    """
    if live.to_bag is None:
        raise ConfigError(f'Messages of {live.called} are read, but not made of recordings.')
    return live.to_bag


def sensor_of(card: Card) -> Sensor:
    """The sensor of a model, with its encoder and the size of this model's frames.

    Raises:
        ConfigError: there is no such sensor, or it has no such encoder.
    """
    encoder = card.encoder.name if card.encoder else ''
    return replace(sensor_with(card.modality, encoder), size=card.input.size)


def sensor_with(name: str, encoder: str) -> Sensor:
    """A sensor by name, with the encoder of this name; with none if that is empty.

    Raises:
        ConfigError: there is no such sensor, or it has no such encoder.
    """
    sensor = find_sensor(name)
    if not encoder:
        return sensor
    if encoder not in sensor.encoded:
        there = ', '.join(sensor.encoded) or 'none'
        raise ConfigError(f'{name} has no encoder {encoder[:80]!r}; there is {there}.')
    return sensor.encoded[encoder]


def live_of(card: Card) -> Live:
    """How the messages of a model's sensor come.

    Raises:
        ConfigError: nobody knows.
    """
    live = find_sensor(card.modality).live
    if live is None:
        raise ConfigError(
            f'{card.name} is a model for {card.modality}, of which bags hold no messages; '
            f'take one for {", ".join(heard())}.'
        )
    return live


def check_card(card: Card) -> None:
    """See that a card fits its sensor.

    Raises:
        ValueError: it does not, or there is no such sensor.
    """
    known = sensors()
    if card.modality not in known:
        raise ValueError(f'modality: {card.modality[:80]!r} is none of {", ".join(known)}')
    sensor = known[card.modality]
    if card.encoder:
        try:
            sensor = sensor_with(card.modality, card.encoder.name)
        except ConfigError as problem:
            raise ValueError(f'encoder.name: {problem}') from None
        if card.encoder.sha256 not in find_pretrained(card.encoder.name).sha256:
            raise ValueError(
                f'encoder.sha256: it was trained behind another {card.encoder.name} than the one '
                'that this version knows'
            )
    if (card.input.channels, card.input.units) != (sensor.channels, sensor.units):
        raise ValueError(
            f'a model for {sensor.name} has the channels {", ".join(sensor.channels)} '
            f'in {", ".join(sensor.units)}'
        )
    if (card.input.size is None) != (sensor.size is None):
        raise ValueError('input.size is for sensors that give frames, and for all of them')
    n_values = round(card.input.rate_hz * card.input.window_s) * card.input.n_values
    if n_values > _MAX_VALUES:
        raise ValueError(f'a window has {n_values} values; up to {_MAX_VALUES} are taken')
    if card.network.ppv and sensor.features is None:
        raise ValueError(f'network.ppv: {sensor.name} has no fixed kernels')
