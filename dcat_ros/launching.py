"""What our launch files are made of. It imports launch, so nothing else may import it.

Nodes bring themselves to active (their parameter `autostart`), so that no transition can be lost
while nodes are still discovering each other, with every version of launch_ros.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode

from dcat_ros.errors import ConfigError
from dcat_ros.share import dds_environment, share_dir
from dcat_ros.texts import parse_yaml, read_text
from launch import LaunchContext, LaunchDescription

__all__ = ['BOOLEAN', 'MODEL', 'Argument', 'Program', 'Topic', 'description', 'topics_of']

#: The second pair is what Python programmers write.
BOOLEAN = ('true', 'false', 'True', 'False')


@dataclass(frozen=True)
class Argument:
    """A launch argument.

    Attributes:
        name: its name.
        default: its default.
        text: what it does.
        choices: the allowed values; any if empty.
        replaces: of a topic, the relative names of the nodes in whose place it stands.
    """

    name: str
    default: str
    text: str
    choices: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


class Topic(Protocol):
    """What a sensor says of a topic (`dcat_ros.sensors.setting.LaunchTopic` is one)."""

    @property
    def name(self) -> str:
        """Of the argument."""
        ...

    @property
    def text(self) -> str:
        """What it does."""
        ...

    @property
    def replaces(self) -> tuple[str, ...]:
        """See `Argument`."""
        ...


def topics_of(topics: Iterable[Topic]) -> tuple[Argument, ...]:
    """The arguments that name a sensor's topics."""
    return tuple(Argument(one.name, '', one.text, replaces=one.replaces) for one in topics)


MODEL = Argument('model', '', "Shipped model or weights file; the parameter file's if empty.")


@dataclass(frozen=True)
class Program:
    """A node of a launch file.

    Attributes:
        name: of the node.
        executable: its program; as the node is called if empty.
        model: whether the argument `model` is for it.
        fixed: parameters that the launch file itself decides, of the arguments given.
        only_if: an argument that has to be true, or a topic that has to be named, or else the node
            is left out; empty: it never is.
        topics: arguments that name its topics; one that replaces no name is a parameter of it.
    """

    name: str
    executable: str = ''
    model: bool = False
    fixed: Callable[[Mapping[str, str]], Mapping[str, object]] = lambda given: {}
    only_if: str = ''
    topics: tuple[Argument, ...] = ()


def description(
    params_file: str, programs: Iterable[Program], more: Iterable[Argument] = ()
) -> LaunchDescription:
    """Arguments with their descriptions, the DDS profile, and the nodes.

    Args:
        params_file: the parameter file's name in config/.
        programs: the nodes.
        more: further arguments.

    Raises:
        FileNotFoundError: when it is executed: the parameter file given by the user is missing.
        ValueError: likewise: it is for other nodes.
    """
    arguments = (
        Argument('namespace', '', 'Namespace of the nodes and of their topics.'),
        Argument('use_sim_time', 'false', 'Follow /clock: true for a bag with --clock.', BOOLEAN),
        Argument('params_file', '', f'Parameter file; config/{params_file} of dcat_ros if empty.'),
        Argument(
            'log_level', 'info', 'Least severe log messages.', ('debug', 'info', 'warn', 'error')
        ),
        Argument('autostart', 'true', 'Configure and activate at the start.', BOOLEAN),
        Argument('use_respawn', 'false', 'Start a node again 2 s after it ended.', BOOLEAN),
        Argument(
            'enclaves', '', 'Where the enclaves of the nodes lie in a keystore, such as /dcat_ros.'
        ),
        *more,
    )
    declared = [
        DeclareLaunchArgument(
            a.name, default_value=a.default, description=a.text, choices=list(a.choices) or None
        )
        for a in arguments
    ]
    variables = [SetEnvironmentVariable(*item) for item in dds_environment().items()]
    nodes = OpaqueFunction(function=_starter(params_file, tuple(programs), arguments))
    return LaunchDescription([*declared, *variables, nodes])


def _starter(
    file_name: str, programs: tuple[Program, ...], arguments: tuple[Argument, ...]
) -> Callable[[LaunchContext], list[LifecycleNode]]:
    """Makes the nodes, once the arguments are known."""

    def start(context: LaunchContext) -> list[LifecycleNode]:
        given = {a.name: LaunchConfiguration(a.name).perform(context) for a in arguments}
        params_file = given['params_file'] or str(share_dir() / 'config' / file_name)
        if not Path(params_file).is_file():
            raise FileNotFoundError(f'params_file:={params_file} is not there.')
        _check_names(params_file, [program.name for program in programs])
        return [
            _node(program, params_file, given)
            for program in programs
            if not program.only_if or given[program.only_if].lower() not in ('', 'false')
        ]

    return start


def _node(program: Program, params_file: str, given: Mapping[str, str]) -> LifecycleNode:
    overrides: dict[str, object] = {
        name: _is_true(given[name]) for name in ('use_sim_time', 'autostart')
    }
    if program.model and given['model']:
        overrides['model'] = given['model']
    enclaves = given['enclaves'].rstrip('/')
    overrides |= {a.name: given[a.name] for a in program.topics if given[a.name] and not a.replaces}
    return LifecycleNode(
        package='dcat_ros',
        executable=program.executable or program.name,
        name=program.name,
        namespace=given['namespace'],
        output='screen',
        parameters=[params_file, {**overrides, **program.fixed(given)}],
        respawn=_is_true(given['use_respawn']),
        respawn_delay=2.0,
        arguments=[
            *('--ros-args', '--log-level', given['log_level']),
            *(('--enclave', f'{enclaves}/{program.name}') if enclaves else ()),
        ],
        remappings=[
            (name, given[argument.name])
            for argument in program.topics
            if given[argument.name]
            for name in argument.replaces
        ],
    )


def _check_names(params_file: str, names: list[str]) -> None:
    """See that a file of parameters is for one of these nodes: ROS ignores what is for none."""
    try:
        fields = parse_yaml(read_text(Path(params_file), ConfigError))
    except (ConfigError, ValueError):
        return  # the node itself says what is wrong
    found = set(_nodes_in(fields))
    if found and not any(name == known or '*' in name for name in found for known in names):
        raise ValueError(
            f'params_file:={params_file} is for {", ".join(sorted(found))}, and not for '
            f'{" or ".join(names)}.'
        )


def _nodes_in(fields: object, name: str = '') -> Iterator[str]:
    """Last parts of the names under which parameters stand."""
    if not isinstance(fields, dict):
        return
    if 'ros__parameters' in fields:
        yield name
    for key, value in fields.items():
        yield from _nodes_in(value, str(key).rpartition('/')[2])


def _is_true(text: str) -> bool:
    return text.lower() == 'true'
