"""Start imu_node: ros2 launch dcat_ros imu_only.launch.py [argument:=value ...].

The node brings itself to active (its parameter `autostart`), so that no transition can be lost
while nodes are still discovering each other, with every version of launch_ros.
"""

from pathlib import Path

from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode

from dcat_ros.share import dds_environment, share_dir
from launch import LaunchContext, LaunchDescription

_BOOLEAN = ['true', 'false']
_ARGUMENTS = (
    ('namespace', '', 'Namespace of the node and of its topics.', None),
    ('use_sim_time', 'false', 'Follow /clock: true if a bag is played with --clock.', _BOOLEAN),
    ('params_file', '', 'Parameter file; config/imu.yaml of this package if empty.', None),
    ('model', '', "Shipped model or weights file; the parameter file's if empty.", None),
    ('log_level', 'info', 'Least severe messages to show.', ['debug', 'info', 'warn', 'error']),
    ('autostart', 'true', 'Configure and activate at the start.', _BOOLEAN),
    ('use_respawn', 'false', 'Start the node again 2 s after it ended.', _BOOLEAN),
)


def generate_launch_description() -> LaunchDescription:
    """Arguments with their descriptions, the DDS profile, and the node."""
    actions: list[object] = [
        DeclareLaunchArgument(name, default_value=default, description=text, choices=choices)
        for name, default, text, choices in _ARGUMENTS
    ]
    actions += [SetEnvironmentVariable(*item) for item in dds_environment().items()]
    return LaunchDescription([*actions, OpaqueFunction(function=_nodes)])


def _nodes(context: LaunchContext) -> list[LifecycleNode]:
    """The node, once the arguments are known."""
    given = {name: LaunchConfiguration(name).perform(context) for name, *_ in _ARGUMENTS}
    params_file = given['params_file'] or str(share_dir() / 'config' / 'imu.yaml')
    if not Path(params_file).is_file():
        raise FileNotFoundError(f'params_file:={params_file} is not there.')
    overrides: dict[str, object] = {
        name: given[name] == 'true' for name in ('use_sim_time', 'autostart')
    }
    if given['model']:
        overrides['model'] = given['model']
    return [
        LifecycleNode(
            package='dcat_ros',
            executable='imu_node',
            name='imu_node',
            namespace=given['namespace'],
            output='screen',
            parameters=[params_file, overrides],
            respawn=given['use_respawn'] == 'true',
            respawn_delay=2.0,
            arguments=['--ros-args', '--log-level', given['log_level']],
        )
    ]
