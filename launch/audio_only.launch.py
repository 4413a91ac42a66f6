"""Start audio_node: ros2 launch dcat_ros audio_only.launch.py [microphone:=true] [...]."""

from dcat_ros.launching import BOOLEAN, MODEL, Argument, Program, description, topics_of
from dcat_ros.sensors.sound.named import NAMED
from launch import LaunchDescription

MICROPHONE = Argument('microphone', 'false', 'Start microphone_node, too.', BOOLEAN)

FALLBACK = Argument(
    'model_fallback', '', 'Model that stands in where a network that the model needs is not here.'
)


def generate_launch_description() -> LaunchDescription:
    """The recogniser, and the machine's own microphone if it is asked for."""
    topics = topics_of(NAMED.launch)
    programs = [
        Program('audio_node', model=True, topics=(FALLBACK, *topics)),
        Program('microphone_node', only_if=MICROPHONE.name, topics=topics),
    ]
    return description('audio.yaml', programs, [MODEL, FALLBACK, MICROPHONE, *topics])
