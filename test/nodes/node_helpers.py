"""Helpers of the node tests."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import rclpy
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from forked import ForkedNode
from geometry_msgs.msg import Vector3
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.msg import Log
from rcl_interfaces.srv import DescribeParameters, GetParameters, SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import Imu
from std_msgs.msg import Header

from dcat_ros.nodes.monitor import Monitor
from dcat_ros.streaming.decision import STALE
from dcat_ros.streaming.window import WindowStream

NODE = '/imu_node'
#: A wait ends with what it waits for: so long only a process hangs, however busy the machine is.
HANGS_S = 120.0
#: A recogniser that loses nothing, and calls no data stale because the machine was slow.
PATIENT = ('-p', 'qos_reliability:=reliable', '-p', 'stale_after:=3600.0')
#: Stamps in tests start here: in the past, as a bag's do.
BEGIN_NS = 1_700_000_000_000_000_000


#: Distance of two windows of the fixture `coarse`, in s.
COARSE_S = 1.0
_SERVICES = {
    'get_state': GetState,
    'change_state': ChangeState,
    'get_parameters': GetParameters,
    'set_parameters': SetParameters,
    'describe_parameters': DescribeParameters,
}


class RecogniserProcess:
    """A recogniser as a process of its own.

    Args:
        model: weights file.
        arguments: further ones after --ros-args.
        executable: which recogniser.
        forked: as `forked.py` starts it; otherwise the program, whose start takes two seconds.
        usual: arguments before those; () for the node's own defaults.
    """

    def __init__(
        self,
        model,
        *arguments: str,
        executable: str = 'imu_node',
        forked: bool = True,
        usual: tuple[str, ...] = PATIENT,
    ):
        arguments = ['--ros-args', '-p', f'model:={model}', *usual, *arguments]
        if forked:
            self.process = ForkedNode(executable, arguments)
        else:
            program = str(Path(sys.executable).with_name(executable))
            command = [program, *arguments]
            self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.alive():
            self.process.terminate()
            self.process.communicate(timeout=HANGS_S)

    def alive(self) -> bool:
        return self.process.poll() is None

    def errors(self) -> str:
        """What it wrote to stderr, once it has ended."""
        return self.process.stderr.read() if self.process.stderr else ''


class Peer:
    """Publishes samples, listens to labels and diagnostics, and calls services.

    Args:
        recogniser: name of its node.
        listens: further topics of the recogniser, as type, name and callback.
    """

    def __init__(self, recogniser: str = NODE, listens=()):
        self.recogniser = recogniser
        self.node = rclpy.create_node('peer')
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.qos = QoSProfile(depth=1000)
        self.imu = self.node.create_publisher(Imu, 'imu/data_raw', self.qos)
        self.monitor = Monitor(self.node, recogniser)
        self.activities: list[DiagnosticArray] = []
        self.health: dict[str, str] = {}
        self.health_level = b'\x00'
        self.health_message = ''
        self._clients = {
            name: self.node.create_client(service_type, f'{recogniser}/{name}')
            for name, service_type in _SERVICES.items()
        }
        self.node.create_subscription(
            DiagnosticArray, f'{recogniser}/activity', self.activities.append, 100
        )
        self.node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 100)
        for kind, topic, callback in listens:
            self.node.create_subscription(kind, f'{recogniser}/{topic}', callback, 100)
        #: what the recogniser logged
        self.log: list[str] = []
        # the last of our subscriptions, see `ready`
        kept = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.node.create_subscription(Log, '/rosout', self._on_log, kept)
        self._stamp_ns = BEGIN_NS
        #: cuts our samples as the recogniser does, and so tells when to wait for it
        self._windows = WindowStream(n_channels=6, rate_hz=50.0, window_s=1.0, stride_s=0.1)

    def close(self):
        self.executor.shutdown()
        self.node.destroy_node()

    def wait_for(self, condition, what: str, timeout_s: float = HANGS_S):
        """Spin until a condition holds."""
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, f'waited {timeout_s} s for {what}: {self.health}'
            self.executor.spin_once(timeout_sec=0.02)

    def ready(self, publisher=None):
        """Wait until the recogniser is active, and neither of us loses a word of the other.

        A publisher that does not know a subscription yet sends it nothing. The recogniser knows
        all of ours when it knows the last one, to which it tells again what it logged before; and
        what a reliable publisher of ours sends, once it knows the recogniser's, is not lost.
        """
        publisher = publisher or self.imu
        self.wait_for(
            lambda: (
                any(line.startswith('listens to ') for line in self.log)
                or self.health.get('lifecycle state') == 'active'
            ),
            'the node to be active',
        )
        self.wait_for(lambda: publisher.get_subscription_count() == 1, 'the subscription')

    def _on_log(self, message):
        if message.name == self.recogniser.strip('/'):
            self.log.append(message.msg)

    def _on_diagnostics(self, message):
        status = message.status[0]
        if not status.name.startswith(f'{self.recogniser}:'):
            return
        self.health = {pair.key: pair.value for pair in status.values}
        self.health_level, self.health_message = status.level, status.message

    def call(self, name, request):
        """Call a service of the recogniser."""
        client = self._clients[name]
        # an answer to a client that the recogniser does not know yet is lost, see `ready`
        self.wait_for(
            lambda: client.service_is_ready() and (self.log or self.health), f'the service {name}'
        )
        future = client.call_async(request)
        self.wait_for(future.done, f'the answer of {name}')
        return future.result()

    def state(self) -> str:
        return self.call('get_state', GetState.Request()).current_state.label

    def change_state(self, transition_id: int) -> bool:
        request = ChangeState.Request()
        request.transition.id = transition_id
        done = self.call('change_state', request).success
        if done and transition_id == Transition.TRANSITION_ACTIVATE:
            self._windows.reset()
        return done

    def set_parameter(self, name, value):
        request = SetParameters.Request(
            parameters=[Parameter(name, value=value).to_parameter_msg()]
        )
        return self.call('set_parameters', request).results[0]

    def get_parameter(self, name):
        return self.call('get_parameters', GetParameters.Request(names=[name]))

    def describe(self, names):
        request = DescribeParameters.Request(names=names)
        return self.call('describe_parameters', request).descriptors

    def send(
        self, n: int, *, rate_hz=50.0, change=lambda message, i: None, publisher=None, step=True
    ) -> int:
        """Publish `n` samples whose stamps follow those before.

        Args:
            n: number of samples.
            rate_hz: of the stamps.
            change: called with each message and its number before it is published.
            publisher: that of `imu/data_raw` without it.
            step: wait for the prediction of every window before the next sample, so that none is
                dropped. False where the node rejects the samples, or makes other windows of them.

        Returns:
            Number of windows that were waited for.
        """
        rng = np.random.default_rng(0)
        windows = 0
        for i in range(n):
            message = imu_message(self._stamp_ns, rng)
            change(message, i)
            heard = len(self.monitor.all)
            (publisher or self.imu).publish(message)
            self._stamp_ns += round(1e9 / rate_hz)
            self.executor.spin_once(timeout_sec=0.0)
            if step:
                windows += self._follow(message.header, heard)
        return windows

    def _follow(self, header, heard: int) -> int:
        """Wait for the predictions of the windows that a sample completes; gives their number."""
        stamp_ns = header.stamp.sec * 10**9 + header.stamp.nanosec
        windows = self._windows.push(stamp_ns, np.zeros(6), header.frame_id)
        for window in windows:

            def said(end_ns=window.end_ns):
                return any(h.prediction.end_ns == end_ns for h in self.monitor.all[heard:])

            self.wait_for(said, f'the window that ends at {window.end_ns}')
        return len(windows)

    def send_until(self, condition, what: str, n: int = 5, **options):
        """Publish a few samples again and again until a condition holds; some may be lost."""
        end = time.monotonic() + HANGS_S
        while not condition():
            assert time.monotonic() < end, f'sent for {HANGS_S} s until {what}: {self.health}'
            self.send(n, step=False, **options)
            self.executor.spin_once(timeout_sec=0.02)

    def jump(self, seconds: float):
        """The next sample's stamp lies so far from where it would be."""
        self._stamp_ns += round(seconds * 1e9)

    def send_and_count(self, n: int, windows: int, **options):
        """Publish samples that complete so many windows; each one must get its prediction."""
        assert self.send(n, **options) == windows

    def labelled(self):
        """The predictions that are not `stale`."""
        return [h.prediction for h in self.monitor.all if h.prediction.state != STALE]

    def wait_for_health(self, condition, what: str):
        """Wait for a diagnostics message that fulfils a condition."""
        self.wait_for(lambda: bool(self.health) and condition(self.health), what)


def imu_message(stamp_ns: int, rng) -> Imu:
    """A sample of a sensor at rest, with a little noise."""
    a = rng.normal(scale=0.1, size=6)
    return Imu(
        header=Header(
            stamp=Time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9), frame_id='imu_link'
        ),
        linear_acceleration=Vector3(x=a[0], y=a[1], z=9.81 + a[2]),
        angular_velocity=Vector3(x=a[3], y=a[4], z=a[5]),
    )
