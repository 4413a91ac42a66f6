"""One of the two nodes of `dcat doctor`: says that it is there, and answers.

Run as `python -m dcat_ros.nodes.doctor_speak TOPIC SECONDS`.
"""

import os
import signal
import sys
from threading import Event
from time import monotonic, monotonic_ns

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import String

__all__ = ['speak']

_EVERY_S = 0.02


def speak(topic: str, seconds: float) -> None:
    """Publish on TOPIC/hello when this node was made, and on TOPIC/pong what TOPIC/ping says.

    Args:
        topic: what the names of the topics begin with.
        seconds: ends after so long, by SIGTERM or SIGINT, or with the process that started it; in
            each case other nodes are told that it goes.
    """
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    end = monotonic() + seconds
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = rclpy.create_node('dcat_doctor_speak', start_parameter_services=False)
        # the same clock as the other process has: it counts from the start of the machine
        made = String(data=str(monotonic_ns()))
        hello = node.create_publisher(String, f'{topic}/hello', 1)
        pong = node.create_publisher(String, f'{topic}/pong', 10)
        node.create_subscription(String, f'{topic}/ping', pong.publish, 10)
        node.create_timer(_EVERY_S, lambda: hello.publish(made))
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        while not stop.is_set() and monotonic() < end and os.getppid() == parent:
            executor.spin_once(timeout_sec=0.1)
        executor.shutdown()
        node.destroy_node()
    finally:
        rclpy.try_shutdown()


if __name__ == '__main__':
    speak(sys.argv[1], float(sys.argv[2]))
