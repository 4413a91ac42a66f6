"""Parameters of the node of sound, beside those of all recognisers."""

from dcat_ros.sensors.setting import Spec
from dcat_ros.sensors.sound.messages import AUDIO_TYPES

__all__ = ['PARAMETERS']

PARAMETERS = (
    Spec(
        'model_fallback',
        '',
        'Another model, for a machine that lacks the network of others that the model needs; '
        'empty: the node is not configured then, and says the command that gets it.',
    ),
    Spec(
        'message_type',
        AUDIO_TYPES[0],
        'Type of the messages on audio. AudioData and AudioDataStamped are those of ros-drivers '
        '(format wave; their audio_info is heard, and without it they are S16LE), AudioStamped is '
        'that of mgonzs13.',
        choices=AUDIO_TYPES,
    ),
    Spec(
        'sample_rate',
        16000,
        'Samples a second in Hz, where the messages do not say it.',
        unit='Hz',
        low=8000,
        high=96000,
    ),
    Spec('channels', 1, 'Interleaved channels, where the messages do not say it.', low=1, high=64),
)
