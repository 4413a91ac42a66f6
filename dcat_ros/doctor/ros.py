"""ROS 2: whether it is there, how it is set up, and whether two nodes hear each other."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dcat_ros.doctor.finding import FAULT, NOTE, OK, Finding
from dcat_ros.doctor.software import installed

__all__ = [
    'LOAD_S',
    'TALK_S',
    'distribution',
    'launch',
    'messages',
    'network',
    'optional_messages',
    'talk',
]

#: How long two nodes may take to hear each other, their start included.
TALK_S = 10.0
#: How long a process may take that only imports something of ROS.
LOAD_S = 15.0
#: Major version of rclpy -> distribution.
_DISTRIBUTIONS = {3: 'humble', 7: 'jazzy', 9: 'kilted'}
_REQUIRED = (
    'builtin_interfaces',
    'diagnostic_msgs',
    'lifecycle_msgs',
    'rcl_interfaces',
    'rosgraph_msgs',
    'sensor_msgs',
    'std_msgs',
)
#: package -> what is missing without it
_OPTIONAL = {
    'visualization_msgs': 'no ~/markers for RViz and Foxglove',
    'vision_msgs': 'no ~/classification and no ~/label_info',
    'audio_common_msgs': 'audio_node takes std_msgs/Int16MultiArray alone',
}
#: ROS takes everything else, small letters too, for LOCALHOST.
_RANGES = ('', 'SUBNET', 'LOCALHOST', 'OFF', 'SYSTEM_DEFAULT')
_LAST_DOMAIN = 232
_ABSENT = re.compile(r"No module named '(\w+)")
_COLOUR = re.compile(r'\x1b\[[\d;]*m')
_LOG_HEAD = re.compile(r'^(?:\[[^\]]*\] ?)+: ')
#: First messages that take longer say that our DDS profile would help.
_SLOW_S = 1.0
_OUR_PROFILE = 'config/fastdds.xml of dcat_ros'
_PROFILES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')


def distribution() -> list[Finding]:
    """Which ROS 2 this Python sees."""
    named = os.environ.get('ROS_DISTRO', '')
    if not installed('rclpy'):
        if not os.environ.get('AMENT_PREFIX_PATH'):
            fact = 'rclpy is not installed; nodes, replay, demo and watch need it, all else works'
            remedy = "Source ROS 2 (source /opt/ros/jazzy/setup.bash), or 'make setup'."
            return [Finding(NOTE, 'ros', fact, remedy)]
        if not _sourced():
            fact = 'a workspace is sourced, and ROS 2 itself is not'
            remedy = (
                f'First source /opt/ros/{named or "jazzy"}/setup.bash, then the virtual '
                'environment and install/setup.bash.'
            )
            return [Finding(FAULT, 'ros', fact, remedy)]
        fact = f'ROS 2 {named} is sourced, but Python {sys.version.split()[0]} sees no rclpy'
        remedy = "Take the system's python3, or a venv with --system-site-packages of it."
        return [Finding(FAULT, 'ros', fact, remedy)]
    try:
        release = version('rclpy')
    except PackageNotFoundError:
        return [Finding(OK, 'ros', f'ROS 2 {named}, rclpy of unknown version')]
    made_for = _DISTRIBUTIONS.get(_major(release), '')
    if named and made_for and named != made_for:
        fact = f'ROS_DISTRO is {named}, and rclpy {release} belongs to {made_for}'
        return [Finding(FAULT, 'ros', fact, 'Open a new shell and source one distribution.')]
    return [Finding(OK, 'ros', f'ROS 2 {named or made_for or "of unknown name"}, rclpy {release}')]


def network() -> list[Finding]:
    """The variables by which nodes find each other."""
    if not installed('rclpy'):
        return []
    if faults := _network_faults():
        return faults
    rmw = os.environ.get('RMW_IMPLEMENTATION') or 'not set (the default)'
    domain = os.environ.get('ROS_DOMAIN_ID', '')
    reach = os.environ.get('ROS_AUTOMATIC_DISCOVERY_RANGE', '')
    fact = (
        f'RMW_IMPLEMENTATION {rmw}, ROS_DOMAIN_ID {domain or "not set (0)"}, '
        f'ROS_AUTOMATIC_DISCOVERY_RANGE {reach or "not set (SUBNET)"}'
    )
    if reach == 'OFF':
        remedy = 'No node finds another one: set SUBNET or LOCALHOST, unless that is meant.'
        return [Finding(NOTE, 'rmw', fact, remedy)]
    return [Finding(OK, 'rmw', fact)]


def _network_faults() -> list[Finding]:
    """Variables that cannot be what they are, all of them."""
    found: list[tuple[str, str]] = []
    domain = os.environ.get('ROS_DOMAIN_ID', '')
    if domain and not (domain.isascii() and domain.isdigit() and int(domain) <= _LAST_DOMAIN):
        remedy = 'Set a number from 0 to 101, or unset it.'
        found.append((f'ROS_DOMAIN_ID={domain} is no domain', remedy))
    reach = os.environ.get('ROS_AUTOMATIC_DISCOVERY_RANGE', '')
    if reach not in _RANGES:
        remedy = 'Set SUBNET or LOCALHOST, in capitals, or unset it.'
        found.append((f'ROS_AUTOMATIC_DISCOVERY_RANGE={reach} is no range', remedy))
    for name in _PROFILES:
        path = os.environ.get(name, '')
        if path and not os.path.isfile(path):
            remedy = f'Set it to a profile of Fast DDS, such as {_OUR_PROFILE}, or unset it.'
            found.append((f'{name}={path} is not there', remedy))
    rmw = os.environ.get('RMW_IMPLEMENTATION', '')
    if rmw and (reason := _why_not_loaded(rmw)):
        remedy = f'{_apt([rmw])[:-1]}, or unset it.'
        found.append((f'RMW_IMPLEMENTATION={rmw} cannot be loaded: {reason}', remedy))
    return [Finding(FAULT, 'rmw', fact, remedy) for fact, remedy in found]


@cache
def _why_not_loaded(rmw: str) -> str:
    """Why the RMW that is set does not load; empty where it does. ROS ends the process then."""
    code = 'from rclpy.utilities import get_rmw_implementation_identifier as name; name()'
    return _failure(code, RMW_IMPLEMENTATION=rmw)


def talk(limit_s: float = TALK_S, speaker: Mapping[str, str] | None = None) -> list[Finding]:
    """Whether two nodes in two processes hear each other, as `ros2 run` would start them.

    Args:
        limit_s: how long they may take.
        speaker: variables that the one that speaks gets besides; for tests.
    """
    if not installed('rclpy') or _network_faults():  # to be mended first
        return []
    command = [sys.executable, '-m', 'dcat_ros.nodes.doctor_hear', str(limit_s)]
    command += [f'{name}={value}' for name, value in (speaker or {}).items()]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit_s + 4, check=False
        )
    except subprocess.TimeoutExpired:
        return [_silent(limit_s)]
    try:
        said = json.loads(done.stdout.splitlines()[-1])
        first_s, round_trip_ms = float(said['first_s']), float(said['round_trip_ms'])
        rmw = said['rmw']
    except (ValueError, KeyError, TypeError, IndexError):
        if done.returncode == 0:
            return [_silent(limit_s)]
        # rclpy may end the process itself, and its reason stands among what it logs
        reason = _last_line(done.stderr) or _last_line(done.stdout) or 'without a word'
        fact = f'a node does not start (exit code {done.returncode}): {reason}'
        remedy = 'Mend that; often two ROS are sourced.'
        return [Finding(FAULT, 'talk', fact, remedy)]
    fact = (
        f'two nodes hear each other by {rmw}: first message after {first_s:.2f} s, '
        f'round trip {round_trip_ms:.1f} ms'
    )
    if first_s > _SLOW_S and not any(os.environ.get(name) for name in _PROFILES):
        return [Finding(NOTE, 'talk', fact, 'Faster with config/fastdds.xml: docs/howto/robot.md.')]
    return [Finding(OK, 'talk', fact)]


def messages() -> list[Finding]:
    """Message packages that the nodes cannot do without."""
    if not installed('rclpy'):
        return []
    missing = [name for name in _REQUIRED if not installed(name)]
    if missing:
        fact = f'{", ".join(missing)} not installed'
        return [Finding(FAULT, 'messages', fact, _apt(missing))]
    return [Finding(OK, 'messages', f'all {len(_REQUIRED)} packages that nodes need')]


def optional_messages() -> list[Finding]:
    """Message packages that add something."""
    if not installed('rclpy'):
        return []
    return [
        Finding(OK, name, 'installed')
        if installed(name)
        else Finding(NOTE, name, f'not installed: {lost}', _apt([name]))
        for name, lost in _OPTIONAL.items()
    ]


def launch() -> list[Finding]:
    """Whether launch files can be used."""
    if not installed('rclpy'):
        return []
    if not installed('launch_ros'):
        fact = 'not installed: no ros2 launch; nodes start alone, such as imu_node'
        return [Finding(NOTE, 'launch_ros', fact, _apt(['ros2launch']))]
    # with the default RMW: one that does not load is said already
    if reason := _failure('import launch_ros.actions', RMW_IMPLEMENTATION=''):
        absent = _ABSENT.search(reason)
        remedy = _apt([absent[1] if absent else 'launch_ros'])
        fact = f'cannot be imported, so no ros2 launch: {reason}'
        return [Finding(FAULT, 'launch_ros', fact, remedy)]
    return [Finding(OK, 'launch_ros', 'installed, and can be imported')]


def _sourced() -> bool:
    """Whether one of the sourced folders has ROS itself, and not only a workspace."""
    prefixes = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    return any((Path(prefix) / 'share' / 'rclpy').is_dir() for prefix in prefixes if prefix)


def _failure(code: str, **variables: str) -> str:
    """The last line of a process that runs this code and fails; empty if it does not."""
    try:
        done = subprocess.run(
            [sys.executable, '-c', code],
            capture_output=True,
            text=True,
            timeout=LOAD_S,
            check=False,
            env=os.environ | variables,
        )
    except subprocess.TimeoutExpired:
        return f'no answer within {LOAD_S:g} s'
    if done.returncode == 0:
        return ''
    return _last_line(done.stderr) or f'exit code {done.returncode}'


def _silent(limit_s: float) -> Finding:
    fact = f'two nodes in two processes did not hear each other within {limit_s:g} s'
    remedy = (
        'Both need one ROS_DOMAIN_ID and one RMW; let multicast through the firewall, or set '
        'ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST.'
    )
    return Finding(FAULT, 'talk', fact, remedy)


def _apt(packages: list[str]) -> str:
    distro = os.environ.get('ROS_DISTRO') or 'jazzy'
    names = (f'ros-{distro}-{name.replace("_", "-")}' for name in packages)
    return f'sudo apt install {" ".join(names)}.'


def _last_line(text: str) -> str:
    """The last line that says something, without colours, a log's head, and not too long."""
    lines = [line for line in _COLOUR.sub('', text).splitlines() if line.strip()]
    last = ' '.join((lines or [''])[-1].split())
    return _LOG_HEAD.sub('', last)[:200].rstrip('.')


def _major(release: str) -> int:
    first = release.split('.')[0]
    return int(first) if first.isdigit() else 0
