"""Start audio_node: ros2 launch dcat_ros audio_only.launch.py [microphone:=true] [...]."""

from dcat_ros.launching import AUDIO_TOPIC, MICROPHONE, MODEL, Program, description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """The recogniser, and the machine's own microphone if it is asked for."""
    programs = [
        Program('audio_node', model=True, topics=(AUDIO_TOPIC,)),
        Program('microphone_node', only_if='microphone', topics=(AUDIO_TOPIC,)),
    ]
    return description('audio.yaml', programs, [MODEL, MICROPHONE, AUDIO_TOPIC])
