"""Parameters of presence_node."""

from dcat_ros.sensors.setting import Spec

__all__ = ['PRESENCE_PARAMETERS']

PRESENCE_PARAMETERS = (
    Spec(
        'recognisers',
        ['imu_node', 'image_node', 'audio_node'],
        'Names of the recogniser nodes, relative to the namespace or absolute; of equally good '
        'ones the first is preferred.',
    ),
    Spec('autostart', True, 'Configure and activate at the start.'),
    Spec(
        'period',
        0.2,
        'Time in s between two looks at the recognisers.',
        unit='s',
        low=0.05,
        high=10.0,
    ),
    Spec(
        'stale_after',
        1.0,
        'Silence in s after which a sensor is not present any more: its recogniser is not '
        'believed, and is deactivated. More than the distance of two predictions.',
        unit='s',
        low=0.1,
        high=3600.0,
        live=True,
    ),
    Spec(
        'margin',
        0.1,
        'A sensor takes over if its score (confidence times macro-F1) is greater by this, 0 to 1.',
        unit='score',
        low=0.0,
        high=1.0,
        live=True,
    ),
    Spec(
        'hold',
        1.0,
        'For so long in s a score must be greater by the margin before its sensor takes over.',
        unit='s',
        low=0.0,
        high=3600.0,
        live=True,
    ),
)
