"""The demonstration of two sensors: one is killed in the middle, and comes back."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import String

from dcat_ros.bags.topics import TRUTH_TOPIC
from dcat_ros.errors import DcatError, MessageError
from dcat_ros.nodes.monitor import activities_of
from dcat_ros.nodes.programs import program
from dcat_ros.nodes.start import init
from dcat_ros.sensors.registry import live_called, to_bag_of
from dcat_ros.share import dds_environment

__all__ = ['Switches', 'run_auto']

_START_S = 40.0
_PART_S = 10.0


@dataclass(frozen=True)
class Switches:
    """What was seen.

    Attributes:
        labels: number of labels by the recogniser that they came from.
        gap_s: longest time in s between two labels after the kill.
        back: whether the sensor that was killed was believed again.
    """

    labels: Counter[str]
    gap_s: float
    back: bool


class _Watcher:
    """Hears presence_node."""

    def __init__(self, node: Node, show: Callable[[str], None]):
        self.labels: Counter[str] = Counter()
        self.times: list[float] = []
        self.source = ''
        self._truth = ''
        self._show = show
        qos = QoSProfile(depth=50)
        node.create_subscription(DiagnosticArray, '/presence_node/activity', self._hear, qos)
        node.create_subscription(String, TRUTH_TOPIC, self._on_truth, qos)

    def _on_truth(self, message: String) -> None:
        self._truth = message.data

    def _hear(self, message: DiagnosticArray) -> None:
        try:
            activity = activities_of(message)[0]
        except MessageError:
            return
        if not activity.source:
            return
        self.labels[activity.source] += 1
        self.times.append(time.monotonic())
        if activity.source != self.source:
            self._show(f'-- the label comes from {activity.source}')
        self.source = activity.source
        if self.labels.total() % 4 == 1:
            said = activity.prediction
            self._show(
                f'{activity.source:12} {said.label:28} {said.confidence:4.0%}   '
                f'truth {self._truth or "–"}'
            )


def run_auto(bag: Path, sensors: Sequence[str], show: Callable[[str], None]) -> Switches:
    """Play a bag of two sensors, kill the player of the first one with SIGKILL, start it again.

    Args:
        bag: its path.
        sensors: as options call them.
        show: is told what happens.

    Raises:
        DcatError: the label does not come, or does not go over.
    """
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    os.environ.update(dds_environment())
    first, second = nodes = [f'{sensor}_node' for sensor in sensors]
    topics, others = ([*to_bag_of(live_called(sensor)).topics] for sensor in sensors)
    processes = [_node(name, 'autostart:=false', 'stale_after:=1.0') for name in nodes]
    # both models are about as good: what is to be seen is the change, not the hysteresis
    chosen = f'recognisers:=[{", ".join(nodes)}]', 'margin:=0.005', 'hold:=0.5'
    processes.append(_node('presence_node', *chosen))
    init()
    node = rclpy.create_node('dcat_demo')
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    watcher = _Watcher(node, show)

    def wait(condition: Callable[[], bool], what: str, patience_s: float) -> None:
        end = time.monotonic() + patience_s
        while not condition():
            if time.monotonic() > end:
                raise DcatError(f'after {patience_s:.0f} s: {what}.')
            executor.spin_once(timeout_sec=0.05)

    def listen(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            executor.spin_once(timeout_sec=0.05)

    try:
        processes.append(_player(bag, [*others, TRUTH_TOPIC], 0.0))
        begin = time.monotonic()
        player = _player(bag, topics, 0.0)
        processes.append(player)
        wait(lambda: watcher.source == f'/{first}', f'no label from {first}', _START_S)
        listen(_PART_S)
        show(f'-- the sensor of {first} is killed')
        player.kill()
        killed = time.monotonic()
        wait(lambda: watcher.source == f'/{second}', f'no label from {second}', _START_S)
        listen(_PART_S)
        show(f'-- the sensor of {first} is started again')
        processes.append(_player(bag, topics, time.monotonic() - begin))
        wait(lambda: watcher.source == f'/{first}', f'{first} is not believed again', _START_S)
        listen(3.0)
        after = [t for t in watcher.times if t > killed]
        gaps = [b - a for a, b in zip([killed, *after], after, strict=False)]
        return Switches(watcher.labels, max(gaps), True)
    finally:
        for process in reversed(processes):
            process.send_signal(signal.SIGINT)
        for process in processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()


def _node(name: str, *parameters: str) -> subprocess.Popen[bytes]:
    command = [*program(name), '--ros-args', '--log-level', 'error']
    for parameter in parameters:
        command += ['-p', parameter]
    return subprocess.Popen(command)


def _player(bag: Path, topics: list[str], start_s: float) -> subprocess.Popen[bytes]:
    command = [*program('dcat'), 'replay', str(bag), '--topics', ','.join(topics)]
    command += ['--start', f'{start_s:.3f}']
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
