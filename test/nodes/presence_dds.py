"""What the tests of presence_node share: processes, sensors to be killed, and a listener."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from forked import ForkedNode
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

from dcat_ros.nodes.monitor import activities_of

PRESENCE = '/presence_node'


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
                self.popen.wait(timeout=20)
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
        return self.popen.wait(timeout=20)


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


class Sensor(Process):
    """A process that publishes real trials, once it is told to."""

    def __init__(self, kind: str, folder: Path, topic: str, *trials: str):
        script = Path(__file__).with_name('sensor_process.py')
        super().__init__(
            script,
            kind,
            folder,
            topic,
            *trials,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ready = Event()
        self._waiting = Thread(target=self._wait, daemon=True)
        self._waiting.start()

    def _wait(self) -> None:
        if self.popen.stdout.readline() == 'ready\n':
            self.ready.set()

    def begin(self) -> None:
        """Publish from now on; it must be ready."""
        assert self.ready.is_set()
        self.popen.stdin.write('\n')
        self.popen.stdin.flush()

    def __exit__(self, *_):
        if self.alive():
            self.kill()
        self._waiting.join()
        self.popen.stdin.close()
        self.popen.stdout.close()


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
        self.wait_for(lambda: time.monotonic() >= end, 'the end', seconds + 20)

    def wait_for(self, condition, what: str, timeout_s: float = 20.0) -> float:
        """Listen until a condition holds; gives the time in s that it took."""
        begin = time.monotonic()
        while not condition():
            waited_s = time.monotonic() - begin
            assert waited_s < timeout_s, f'waited {timeout_s} s for {what}: {self}'
            self.executor.spin_once(timeout_sec=0.02)
        return time.monotonic() - begin

    def __str__(self):
        ours = {k: v for k, v in self.health.items() if k.startswith(PRESENCE)}
        return f'sources {self.sources}, labels {self.labels[-3:]}, diagnostics {ours}'

    def _call(self, service_type, name, request, timeout_s=20.0):
        """An answer; what only asks is asked again, as the first answer may be lost."""
        if name not in self._clients:
            self._clients[name] = self.node.create_client(service_type, name)
        client = self._clients[name]
        self.wait_for(client.service_is_ready, f'the service {name}', timeout_s)
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            future = client.call_async(request)
            self.executor.spin_until_future_complete(future, timeout_sec=2.0)
            if future.done():
                return future.result()
            client.remove_pending_request(future)
        raise AssertionError(f'no answer of {name}')

    def state(self, node: str) -> str:
        answer = self._call(GetState, f'{node}/get_state', GetState.Request())
        return answer.current_state.label

    def change_state(self, node: str, transition_id: int) -> bool:
        request = ChangeState.Request()
        request.transition.id = transition_id
        return self._call(ChangeState, f'{node}/change_state', request).success

    def wait_for_state(self, node: str, state: str, timeout_s: float = 20.0) -> float:
        """Ask until a node is in a state."""
        return self.wait_for(lambda: self.state(node) == state, f'{node} {state}', timeout_s)

    def set_parameter(self, node: str, name: str, value):
        from rcl_interfaces.srv import SetParameters

        request = SetParameters.Request(
            parameters=[Parameter(name, value=value).to_parameter_msg()]
        )
        return self._call(SetParameters, f'{node}/set_parameters', request).results[0]
