"""The demonstration: a bag over DDS through a node process, watched and compared with offline."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor

from dcat_ros.bags.topics import TRUTH_TOPIC
from dcat_ros.errors import DcatError
from dcat_ros.model.find import find_weights, load_card
from dcat_ros.nodes.monitor import Heard, Monitor
from dcat_ros.nodes.pace import Pace
from dcat_ros.nodes.programs import program
from dcat_ros.nodes.replay import Player
from dcat_ros.nodes.start import init
from dcat_ros.sensors.registry import live_called
from dcat_ros.share import dds_environment

__all__ = ['run_live']

_START_S = 30.0
_SETTLE_S = 2.0


def run_live(
    bag: Path,
    sensor: str,
    model: str,
    *,
    rate: float,
    show: Callable[[Heard, str, float], None] = lambda heard, truth, latency_ms: None,
) -> list[Heard]:
    """Start a recogniser as a process, play a bag to it, and listen.

    Args:
        bag: with the sensor's topic.
        sensor: as options call it.
        model: for the node.
        rate: times real time; less where the machine is too busy for the labels to follow.
        show: called with each prediction, the truth at that time, and the latency in ms: from
            the sending of the sample that completed the window to the arrival of its label.

    Returns:
        All predictions in the order of arrival.

    Raises:
        DcatError: the node does not come up, or ends too early.
    """
    # localhost only: a demonstration must not talk to the robots of the network
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    os.environ.update(dds_environment())
    live = live_called(sensor)
    executable, topic = live.program, live.topic
    command = [*program(executable), '--ros-args', '--log-level', 'warn']
    # reliable, and room to wait: what is compared with offline must depend neither on the first
    # packets' luck nor on how busy the machine is
    settings = ['use_sim_time:=true', 'qos_reliability:=reliable', 'qos_depth:=100']
    settings += ['stale_after:=60.0', f'model:={model}']
    if not live.stamped:
        # a busy machine's lateness looks like a gap; here nothing is lost, and no gap is one
        settings.append('max_gap:=2.0')
    for setting in settings:
        command += ['-p', setting]
    if live.node_input:
        command += ['-r', f'{live.node_input}:={topic}']
    process = subprocess.Popen(command)
    init()
    node = rclpy.create_node('dcat_demo')
    sent_at: dict[int, float] = {}

    def heard_one(heard: Heard) -> None:
        latency_ms = 1000 * (heard.received - _completed(sent_at, heard.prediction.end_ns))
        show(heard, monitor.truth, latency_ms)

    monitor = Monitor(node, f'/{executable}', truth_topic=TRUTH_TOPIC, heard=heard_one)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    listener = Thread(target=_spin, args=(executor,), daemon=True)
    try:

        def going() -> bool:
            return rclpy.ok() and process.poll() is None

        player = Player(node, bag, rate, going=going)
        pace = Pace(load_card(find_weights(model)), monitor.all, going)

        def sent(sent_topic: str, time_ns: int, data: bytes) -> None:
            if sent_topic == topic:  # the bag's time is that of the stamps
                sent_at[time_ns] = time.monotonic()
                pace.wait(time_ns)

        player.sent = sent
        listener.start()
        if not player.wait_for_subscriber(topic, _START_S):
            if process.poll() is None:
                raise DcatError(f'the node did not come up within {_START_S:.0f} s.')
            raise DcatError(
                f'{executable} did not start (exit code {process.returncode}): see above.'
            )
        player.play()
        if process.poll() is None:
            _wait_until_quiet(monitor)
        if process.poll() is not None:
            raise DcatError(f'the node ended in the middle with exit code {process.returncode}.')
        return list(monitor.all)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
        executor.shutdown()
        if listener.ident is not None:
            listener.join()  # it must not look at a node that is no more
        node.destroy_node()
        rclpy.try_shutdown()


def _spin(executor: SingleThreadedExecutor) -> None:
    with suppress(ExternalShutdownException):
        executor.spin()


def _completed(sent_at: dict[int, float], end_ns: int) -> float:
    """When the sample was sent that completed the window which ends at `end_ns`."""
    if end_ns in sent_at:
        return sent_at[end_ns]
    # a copy: the player goes on adding to it
    later = [stamp for stamp in list(sent_at) if stamp >= end_ns]
    return sent_at[min(later)] if later else time.monotonic()


def _wait_until_quiet(monitor: Monitor) -> None:
    """Until no further prediction comes for a while."""
    n, since = len(monitor.all), time.monotonic()
    while time.monotonic() - since < _SETTLE_S:
        time.sleep(0.05)
        if len(monitor.all) != n:
            n, since = len(monitor.all), time.monotonic()
