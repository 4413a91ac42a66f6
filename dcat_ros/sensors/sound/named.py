"""What a user names of sound."""

from dcat_ros.sensors.named import Named
from dcat_ros.sensors.setting import LaunchTopic, Setting

__all__ = ['HIGHEST_HZ', 'LOWEST_HZ', 'NAMED']

#: Rates of sound that can be used.
LOWEST_HZ, HIGHEST_HZ = 8000, 96000

NAMED = Named(
    called='audio',
    what='sound',
    topic='/audio',
    settings=(
        Setting(
            'sample_rate',
            16000,
            'Samples of sound a second, where the messages do not say it.',
            low=LOWEST_HZ,
            high=HIGHEST_HZ,
        ),
        Setting(
            'channels',
            1,
            'Channels of sound, where the messages do not say it.',
            low=1,
            high=64,
        ),
    ),
    launch=(LaunchTopic('audio_topic', 'Topic of the sound; audio if empty.', ('audio',)),),
    demo_rate=4.0,
)
