"""Entry points of the node processes.

Importing rclpy and torch takes a second, on a busy machine several, in which a Ctrl-C would end in
a traceback. So the signals are caught first: until everything is imported they end the process at
once, for nothing is open yet; from then on they set a flag.
"""

import os
import signal
import sys
from importlib import import_module
from threading import Event

from dcat_ros.libraries import missing
from dcat_ros.nodes import NO_ROS
from dcat_ros.share import dds_environment

__all__ = [
    'audio_node',
    'image_node',
    'imu_node',
    'microphone_node',
    'presence_node',
    'run_node',
]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def imu_node() -> None:
    """Run the IMU recogniser until SIGINT or SIGTERM; the exit code is 0 then."""
    run_node('dcat_ros.nodes.imu_node', 'ImuNode')


def image_node() -> None:
    """Run the image recogniser until SIGINT or SIGTERM; the exit code is 0 then."""
    run_node('dcat_ros.nodes.image_node', 'ImageNode')


def audio_node() -> None:
    """Run the audio recogniser until SIGINT or SIGTERM; the exit code is 0 then."""
    run_node('dcat_ros.nodes.audio_node', 'AudioNode')


def microphone_node() -> None:
    """Run the microphone until SIGINT or SIGTERM; the exit code is 0 then."""
    run_node('dcat_ros.nodes.microphone_node', 'MicrophoneNode')


def presence_node() -> None:
    """Run the choice among the sensors until SIGINT or SIGTERM; the exit code is 0 then."""
    run_node('dcat_ros.nodes.presence_node', 'PresenceNode')


def run_node(module: str, name: str) -> None:
    """Run the node of a class in a module until SIGINT or SIGTERM; the exit code is 0 then."""
    code = _run(module, name)
    # a second Ctrl-C must not kill the process while Python tidies up: only "ignore" outlives that
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(code)


def _run(module: str, name: str) -> int:
    # one thread for torch and for numpy's linear algebra: a second one spins where the machine is
    # busy, and made a window take a hundred times as long
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    os.environ.update(dds_environment())  # started by hand, too, and not by a launch file alone
    for number in _SIGNALS:
        signal.signal(number, lambda *_: os._exit(0))
    try:
        import_module('rclpy')
        spin = import_module('dcat_ros.nodes.spin')
        node_class = getattr(import_module(module), name)
    except ModuleNotFoundError as problem:
        sentence = NO_ROS if problem.name == 'rclpy' else missing(problem)
        if not sentence:
            raise
        print(sentence, file=sys.stderr)
        return 2
    stop = Event()
    for number in _SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    code: int = spin.spin(node_class, stop)
    return code
