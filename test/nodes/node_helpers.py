"""Helpers of the node tests."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import rclpy
import torch
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from forked import ForkedNode
from geometry_msgs.msg import Vector3
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import DescribeParameters, GetParameters, SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Imu
from std_msgs.msg import Header

from dcat_ros.modalities.registry import find_modality
from dcat_ros.model.card import Card, InputSpec, NetworkSpec, TrainingRecord
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.weights import save_weights
from dcat_ros.nodes.monitor import Monitor

NODE = '/imu_node'
#: Stamps in tests start here: in the past, as a bag's do.
BEGIN_NS = 1_700_000_000_000_000_000


#: rate, window and stride of the untrained models
_TIMES = {'imu': (50.0, 1.0, 0.1), 'depth': (8.0, 1.0, 0.25), 'audio': (100.0, 1.0, 0.5)}


def save_untrained(
    path: Path,
    modality_labels: tuple[str, ...] = ('walk', 'wave', 'rest'),
    modality: str = 'imu',
):
    """Write a valid weights file with random weights."""
    torch.manual_seed(0)
    spec = NetworkSpec(ppv=False)
    sensor = find_modality(modality)
    rate_hz, window_s, stride_s = _TIMES[modality]
    card = Card(
        name='quick',
        description='untrained, for tests',
        modality=modality,
        labels=modality_labels,
        input=InputSpec(
            channels=sensor.channels,
            units=sensor.units,
            frame='any',
            rate_hz=rate_hz,
            window_s=window_s,
            stride_s=stride_s,
            lag_s=0.3,
            size=sensor.size,
        ),
        network=spec,
        training=TrainingRecord(
            dataset='none',
            source='none',
            licence='none',
            subjects=('1',),
            n_trials=1,
            config={},
            command='none',
            package_version='0',
            torch_version='0',
            created='2026-01-01',
        ),
    )
    save_weights(path, ActivityNet(spec, card.sensor, len(modality_labels)), card)


class RecogniserProcess:
    """A recogniser as a process of its own.

    Args:
        model: weights file.
        arguments: further ones after --ros-args.
        executable: which recogniser.
        forked: as `forked.py` starts it; otherwise the program, whose start takes two seconds.
    """

    def __init__(self, model, *arguments: str, executable: str = 'imu_node', forked: bool = True):
        arguments = ['--ros-args', '-p', f'model:={model}', *arguments]
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
            self.process.communicate(timeout=20)

    def alive(self) -> bool:
        return self.process.poll() is None

    def errors(self) -> str:
        """What it wrote to stderr, once it has ended."""
        return self.process.stderr.read() if self.process.stderr else ''


class Peer:
    """Publishes samples, listens to labels and diagnostics, and calls services."""

    def __init__(
        self, reliability=ReliabilityPolicy.RELIABLE, node_name='peer', recogniser: str = NODE
    ):
        self.recogniser = recogniser
        self.node = rclpy.create_node(node_name)
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.qos = QoSProfile(depth=1000, reliability=reliability)
        self.imu = self.node.create_publisher(Imu, 'imu/data_raw', self.qos)
        self.monitor = Monitor(self.node, recogniser)
        self.activities: list[DiagnosticArray] = []
        self.health: dict[str, str] = {}
        self.health_level = b'\x00'
        self.health_message = ''
        self.node.create_subscription(
            DiagnosticArray, f'{recogniser}/activity', self.activities.append, 100
        )
        self.node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)
        self._stamp_ns = BEGIN_NS
        self._clients = {}

    def close(self):
        self.executor.shutdown()
        self.node.destroy_node()

    def wait_for(self, condition, what: str, timeout_s: float = 20.0):
        """Spin until a condition holds."""
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, f'waited {timeout_s} s for {what}: {self.health}'
            self.executor.spin_once(timeout_sec=0.02)

    def _on_diagnostics(self, message):
        status = message.status[0]
        if not status.name.startswith(f'{self.recogniser}:'):
            return
        self.health = {pair.key: pair.value for pair in status.values}
        self.health_level, self.health_message = status.level, status.message

    def call(self, service_type, name, request, *, tries=1, timeout_s: float = 20.0):
        """Call a service of the recogniser.

        A reply is lost if the server does not know the client's end of the connection yet: what
        only asks may ask again.
        """
        if name not in self._clients:
            self._clients[name] = self.node.create_client(service_type, f'{self.recogniser}/{name}')
        client = self._clients[name]
        end = time.monotonic() + timeout_s
        while not client.service_is_ready():
            assert time.monotonic() < end, f'no service {name}'
            self.executor.spin_once(timeout_sec=0.02)
        for _ in range(tries):
            future = client.call_async(request)
            self.executor.spin_until_future_complete(future, timeout_sec=timeout_s / tries)
            if future.done():
                return future.result()
        raise AssertionError(f'no answer of {name}')

    def state(self) -> str:
        answer = self.call(GetState, 'get_state', GetState.Request(), tries=10)
        return answer.current_state.label

    def change_state(self, transition_id: int) -> bool:
        request = ChangeState.Request()
        request.transition.id = transition_id
        return self.call(ChangeState, 'change_state', request).success

    def set_parameter(self, name, value):
        request = SetParameters.Request(
            parameters=[Parameter(name, value=value).to_parameter_msg()]
        )
        return self.call(SetParameters, 'set_parameters', request).results[0]

    def get_parameter(self, name):
        return self.call(GetParameters, 'get_parameters', GetParameters.Request(names=[name]))

    def describe(self, names):
        request = DescribeParameters.Request(names=names)
        return self.call(DescribeParameters, 'describe_parameters', request).descriptors

    def send(self, n: int, *, rate_hz=50.0, change=lambda message, i: None, publisher=None):
        """Publish `n` samples whose stamps follow those before, ten times as fast as real ones.

        At full speed the node would drop windows, as it should.
        """
        rng = np.random.default_rng(0)
        for i in range(n):
            message = imu_message(self._stamp_ns, rng)
            change(message, i)
            (publisher or self.imu).publish(message)
            self._stamp_ns += round(1e9 / rate_hz)
            self.executor.spin_once(timeout_sec=0.0)
            time.sleep(0.1 / rate_hz)

    def jump(self, seconds: float):
        """The next sample's stamp lies so far from where it would be."""
        self._stamp_ns += round(seconds * 1e9)

    def send_and_wait(self, n: int, more: int, **options):
        """Publish samples and wait until so many predictions more have come."""
        wanted = len(self.monitor.all) + more
        self.send(n, **options)
        self.wait_for(lambda: len(self.monitor.all) >= wanted, f'{more} predictions')

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
