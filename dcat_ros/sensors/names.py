"""Topics and settings of all sensors, for the command line: light to import."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from dcat_ros.errors import ConfigError
from dcat_ros.sensors.camera.named import NAMED as CAMERA
from dcat_ros.sensors.depth.named import NAMED as DEPTH
from dcat_ros.sensors.inertial.named import NAMED as INERTIAL
from dcat_ros.sensors.named import GROUP, Named
from dcat_ros.sensors.sound.named import NAMED as SOUND

__all__ = ['named', 'topics_and_settings']


@cache
def named() -> tuple[Named, ...]:
    """Of every sensor whose messages are known; those of installed packages are imported."""
    if not entry_points(group=GROUP):
        return (INERTIAL, DEPTH, CAMERA, SOUND)
    from dcat_ros.sensors.registry import heard

    return tuple(heard().values())


def topics_and_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """All topics and settings of all sensors: those given, and the defaults of the others.

    Raises:
        ConfigError: one is not known, or a setting has none of its choices.
    """
    known: dict[str, Any] = {}
    for one in named():
        known |= dict.fromkeys((one.called, *one.parts), '')
        known |= {setting.name: setting.default for setting in one.settings}
    if unknown := sorted(given.keys() - known.keys()):
        raise ConfigError(f'no sensor has {unknown[0]!r}; there are {", ".join(known)}.')
    for setting in (setting for one in named() for setting in one.settings if setting.choices):
        chosen = given.get(setting.name, setting.default)
        if chosen not in setting.choices:
            choices = ' or '.join(setting.choices)
            raise ConfigError(f'{setting.name} is {chosen!r:.80}; it can be {choices}.')
    return known | dict(given)
