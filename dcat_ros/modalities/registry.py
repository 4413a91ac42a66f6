"""What each modality's samples are: channels, units and the scale that the network divides by."""

from dataclasses import dataclass

from dcat_ros.errors import ConfigError
from dcat_ros.modalities import imu

__all__ = ['MODALITIES', 'Modality', 'find_modality']


@dataclass(frozen=True)
class Modality:
    """One sensor, or a part of one.

    Attributes:
        name: its key in `MODALITIES`.
        channels: names of the values of a sample, or of a pixel.
        units: unit of each channel.
        scale: the network divides each channel by it, so that all are of order one.
        size: side in pixels of a square frame; None for a sensor without pixels.
    """

    name: str
    channels: tuple[str, ...]
    units: tuple[str, ...]
    scale: tuple[float, ...]
    size: int | None = None

    @property
    def n_values(self) -> int:
        """C, values of one sample; a frame's are flattened in the order channel, row, column."""
        return len(self.channels) * (self.size or 1) ** 2


_JOINT_AXES = tuple(f'{axis}{joint}' for joint in range(1, 21) for axis in 'xyz')

#: name -> modality. A skeleton is a source for training alone: no node publishes labels from it.
MODALITIES = {
    modality.name: modality
    for modality in (
        Modality('imu', imu.CHANNELS, imu.UNITS, imu.SCALE),
        Modality('accelerometer', imu.CHANNELS[:3], imu.UNITS[:3], imu.SCALE[:3]),
        Modality('gyroscope', imu.CHANNELS[3:], imu.UNITS[3:], imu.SCALE[3:]),
        Modality('depth', ('mask', 'relative_depth'), ('1', 'm'), (1.0, 0.3), size=32),
        Modality('depth_16', ('mask', 'relative_depth'), ('1', 'm'), (1.0, 0.3), size=16),
        Modality(
            'skeleton',
            _JOINT_AXES + tuple(f'v{name}' for name in _JOINT_AXES),
            ('torso',) * 120,
            (1.0,) * 120,
        ),
        Modality('audio', tuple(f'mel{i}' for i in range(64)), ('dB',) * 64, (20.0,) * 64),
        Modality('motion', ('slope',), ('1',), (5.0,)),
    )
}


def find_modality(name: str) -> Modality:
    """A modality by name.

    Raises:
        ConfigError: there is none.
    """
    if name not in MODALITIES:
        raise ConfigError(f'There is no modality {name!r}; there are {", ".join(MODALITIES)}.')
    return MODALITIES[name]
