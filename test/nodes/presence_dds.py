"""What the tests of presence_node share: processes, sensors to be killed, and a listener."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from forked import CONTEXT, ForkedNode
from lifecycle_msgs.srv import ChangeState, GetState
from node_helpers import HANGS_S
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_process import publish
from std_msgs.msg import String

from dcat_ros.nodes.monitor import activities_of

PRESENCE = '/presence_node'
#: A node that answers the last of these knows the clients of the others.
_SERVICES = {'set_parameters': SetParameters, 'change_state': ChangeState, 'get_state': GetState}


class Process:
    """One of our programs, or a script, with a list of arguments."""

    def __init__(self, *command, **options):
        program, *arguments = map(str, command)
        if not program.endswith('.py'):
            program = str(Path(sys.executable).with_name(program))
            command = [program, *arguments]
        else:
            command = [sys.executable, program, *arguments]
        self.popen = subprocess.Popen(command, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.alive():
            self.popen.terminate()
            try:
                self.popen.wait(timeout=HANGS_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def alive(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()

    def interrupt(self) -> int:
        """Exit code after a Ctrl-C."""
        self.popen.send_signal(signal.SIGINT)
        return self.popen.wait(timeout=HANGS_S)


class Node(Process):
    """A node as `forked.py` starts it."""

    def __init__(self, program, *arguments):
        self.popen = ForkedNode(program, list(map(str, arguments)))


def ros_arguments(*, remaps=(), **parameters) -> list[str]:
    """The command line of a node."""
    arguments = ['--ros-args']
    for remap in remaps:
        arguments += ['-r', remap]
    for name, value in parameters.items():
        arguments += ['-p', f'{name}:={value}']
    return arguments


class Sensor:
    """A process that publishes real trials, once it is told to; see `sensor_process`."""

    def __init__(self, kind: str, folder: Path, topic: str, *trials: str):
        self._pipe, theirs = CONTEXT.Pipe()
        given = (kind, folder, topic, trials, theirs, dict(os.environ))
        self._process = CONTEXT.Process(target=publish, args=given, daemon=True)
        self._process.start()
        theirs.close()
        self._is_ready = False

    def ready(self) -> bool:
        """Whether it has loaded its recordings."""
        self._is_ready = self._is_ready or (self._pipe.poll() and self._pipe.recv() == 'ready')
        return self._is_ready

    def begin(self) -> None:
        """Publish from now on; it must be ready."""
        assert self.ready()
        self._pipe.send('begin')

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._process.kill()
        self._process.join()

    def __exit__(self, *_):
        self.kill()
        self._pipe.close()


class Listener:
    """A node that hears all that presence_node says, with the time at which it came."""

    def __init__(self, name='listener'):
        self.node = rclpy.create_node(name)
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.labels: list[str] = []
        #: time of arrival, and what the groups say
        self.activities: list[tuple[float, list]] = []
        #: name of the status -> level, message, values
        self.health: dict[str, tuple[bytes, str, dict[str, str]]] = {}
        self.health_came: dict[str, float] = {}
        self._clients = {}
        subscribe = self.node.create_subscription
        # a presence_node that is just started may speak before it is known here
        latched = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        subscribe(String, f'{PRESENCE}/label', lambda m: self.labels.append(m.data), latched)
        subscribe(DiagnosticArray, f'{PRESENCE}/activity', self._on_activity, latched)
        subscribe(DiagnosticArray, '/diagnostics', self._on_diagnostics, 100)

    def close(self):
        self.executor.shutdown()
        self.node.destroy_node()

    def _on_activity(self, message):
        self.activities.append((time.monotonic(), activities_of(message)))

    def _on_diagnostics(self, message):
        for status in message.status:
            values = {pair.key: pair.value for pair in status.values}
            self.health[status.name] = (status.level, status.message, values)
            self.health_came[status.name] = time.monotonic()

    @property
    def sources(self) -> list[str]:
        """Who makes the labels of the groups at present."""
        return [a.source for a in self.activities[-1][1]] if self.activities else []

    def presence_of(self, name: str) -> tuple[bytes, str]:
        """What presence_node says of a recogniser: level and message."""
        level, message, _ = self.health.get(f'{PRESENCE}: {name}', (b'', '', {}))
        return level, message

    def spin(self, seconds: float) -> None:
        """Listen for a while."""
        end = time.monotonic() + seconds
        self.wait_for(lambda: time.monotonic() >= end, 'the end')

    def wait_for(self, condition, what: str) -> float:
        """Listen until a condition holds; gives the time in s that it took."""
        begin = time.monotonic()
        while not condition():
            waited_s = time.monotonic() - begin
            assert waited_s < HANGS_S, f'waited {HANGS_S} s for {what}: {self}'
            self.executor.spin_once(timeout_sec=0.02)
        return time.monotonic() - begin

    def __str__(self):
        ours = {k: v for k, v in self.health.items() if k.startswith(PRESENCE)}
        return f'sources {self.sources}, labels {self.labels[-3:]}, diagnostics {ours}'

    def silence_s(self) -> float:
        """From the end of the last window that somebody spoke for until nobody was said to be."""
        *before, (_, (nobody,)) = self.activities
        assert nobody.source == ''
        spoke = next(groups[0] for _, groups in reversed(before) if groups[0].source)
        return (nobody.prediction.end_ns - spoke.prediction.end_ns) / 1e9

    def _client(self, node: str, service: str):
        """A client; the one that is asked for the state is the last of a node that is made."""
        if (node, service) not in self._clients:
            for name, kind in _SERVICES.items():
                self._clients[node, name] = self.node.create_client(kind, f'{node}/{name}')
        client = self._clients[node, service]
        self.wait_for(client.service_is_ready, f'the service {service} of {node}')
        return client

    def state(self, node: str) -> str:
        """Asked again where the answer does not come: the first ones may be lost."""
        client = self._client(node, 'get_state')
        end = time.monotonic() + HANGS_S
        while time.monotonic() < end:
            future = client.call_async(GetState.Request())
            self.executor.spin_until_future_complete(future, timeout_sec=2.0)
            if future.done():
                return future.result().current_state.label
            client.remove_pending_request(future)
        raise AssertionError(f'no answer of {node}')

    def _call(self, node: str, service: str, request):
        """An answer to what may be asked once; the node knows us, as it told its state."""
        client = self._client(node, service)
        self.state(node)
        future = client.call_async(request)
        self.wait_for(future.done, f'the answer of {node} to {service}')
        return future.result()

    def change_state(self, node: str, transition_id: int) -> bool:
        request = ChangeState.Request()
        request.transition.id = transition_id
        return self._call(node, 'change_state', request).success

    def wait_for_state(self, node: str, state: str) -> float:
        """Ask until a node is in a state."""
        return self.wait_for(lambda: self.state(node) == state, f'{node} {state}')

    def set_parameter(self, node: str, name: str, value):
        request = SetParameters.Request(
            parameters=[Parameter(name, value=value).to_parameter_msg()]
        )
        return self._call(node, 'set_parameters', request).results[0]
