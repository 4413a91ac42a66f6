"""The other node of `dcat doctor`: starts the first one in a process, and listens to it.

Run as `python -m dcat_ros.nodes.doctor_hear SECONDS [VARIABLE=VALUE ...]`; the variables are for
the other process. Prints a JSON object with `rmw`, `first_s` and `round_trip_ms`, or nothing where
nothing was heard. A process of its own, for a broken RMW ends the one that imports rclpy.
"""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from statistics import median
from time import monotonic, monotonic_ns

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.utilities import get_rmw_implementation_identifier
from std_msgs.msg import String

__all__ = ['hear']

_PINGS = 20
_GOODBYE_S = 2.0


def hear(topic: str, end: float) -> dict[str, object] | None:
    """Wait for the other node, and send it a few messages to and fro.

    Args:
        topic: what the names of the topics begin with.
        end: monotonic time at which it gives up.

    Returns:
        The name of the RMW; seconds from when both nodes were there to the first message; median
        round trip in ms. None if nothing was heard.
    """
    node = rclpy.create_node('dcat_doctor_hear', start_parameter_services=False)
    made_ns = monotonic_ns()
    firsts: list[float] = []
    pongs: list[str] = []

    def on_hello(message: String) -> None:
        if not firsts:
            firsts.append((monotonic_ns() - max(made_ns, int(message.data))) / 1e9)

    node.create_subscription(String, f'{topic}/hello', on_hello, 1)
    node.create_subscription(String, f'{topic}/pong', lambda m: pongs.append(m.data), 10)
    ping = node.create_publisher(String, f'{topic}/ping', 10)
    executor = SingleThreadedExecutor()
    executor.add_node(node)

    def wait_for(there: Callable[[], bool]) -> bool:
        while rclpy.ok() and not there() and monotonic() < end:
            executor.spin_once(timeout_sec=0.05)
        return there()

    try:
        if not wait_for(lambda: bool(firsts and ping.get_subscription_count())):
            return None
        trips: list[float] = []
        for i in range(_PINGS):
            text, begin = str(i), monotonic()
            ping.publish(String(data=text))
            if not wait_for(lambda text=text: text in pongs):
                return None
            trips.append(1000 * (monotonic() - begin))
        return {
            'rmw': get_rmw_implementation_identifier(),
            'first_s': firsts[0],
            'round_trip_ms': median(trips),
        }
    finally:
        executor.shutdown()
        node.destroy_node()


def main(seconds: float, variables: dict[str, str]) -> None:
    """Start the other process, listen, print."""
    end = monotonic() + seconds
    topic = f'/dcat_doctor/t{uuid.uuid4().hex[:12]}'
    command = [sys.executable, '-m', 'dcat_ros.nodes.doctor_speak', topic, str(seconds)]
    with subprocess.Popen(command, env=os.environ | variables) as other:
        try:
            rclpy.init()
            found = hear(topic, end)
            if found is not None:
                print(json.dumps(found), flush=True)
        finally:
            rclpy.try_shutdown()
            # killed, it would stay in the graph until its lease runs out
            other.terminate()
            try:
                other.wait(timeout=_GOODBYE_S)
            except subprocess.TimeoutExpired:
                other.kill()


if __name__ == '__main__':
    main(float(sys.argv[1]), dict(text.split('=', 1) for text in sys.argv[2:]))
