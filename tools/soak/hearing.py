"""What the nodes say: labels and states with their times, and their own accounts."""

import time
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile

from dcat_ros.errors import MessageError
from dcat_ros.nodes.monitor import activities_of
from dcat_ros.streaming.decision import STALE
from tools.soak.processes import SENSORS

__all__ = ['Ear', 'Word']


@dataclass(frozen=True)
class Word:
    """Something that a node said.

    Attributes:
        time_s: monotonic time at which it came.
        state: 'ok', 'unknown' or 'stale'.
        source: of presence_node's: whose label it is; empty if nobody's.
        of_window: it says what a window shows, and not that data stopped.
        late_ms: from the window's end to its arrival, by the clock of the stamps.
        reason: why the data that come cannot be used; empty if none come.
    """

    time_s: float
    state: str
    source: str
    of_window: bool
    late_ms: float
    reason: str = ''

    @property
    def is_label(self) -> bool:
        """Whether somebody may go by it."""
        return self.state != STALE


@dataclass
class Ear:
    """Listens in a thread of its own.

    Attributes:
        words: by node, in the order of arrival.
        accounts: by node, the last values of its diagnostics.
    """

    words: dict[str, list[Word]] = field(default_factory=dict)
    accounts: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rclpy.init()
        self._node = rclpy.create_node('soak')
        deep = QoSProfile(depth=1000)
        for name in (*SENSORS.values(), 'presence_node'):
            self.words[name] = []
            self._node.create_subscription(
                DiagnosticArray, f'/{name}/activity', partial(self._on_activity, name), deep
            )
        self._node.create_subscription(DiagnosticArray, '/diagnostics', self._on_health, deep)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._over = Event()
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join()
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown()

    def labels_after(self, name: str, time_s: float) -> list[Word]:
        """The labels of a node that came after a time."""
        return [word for word in self.words[name] if word.time_s > time_s and word.is_label]

    def _listen(self) -> None:
        while not self._over.is_set():
            self._executor.spin_once(timeout_sec=0.1)

    def _on_activity(self, name: str, message: DiagnosticArray) -> None:
        now_s, now_ns = time.monotonic(), time.time_ns()
        try:
            activity = activities_of(message)[0]
        except MessageError:
            return
        said = activity.prediction
        self.words[name].append(
            Word(
                now_s,
                said.state,
                activity.source,
                said.end_ns > said.start_ns,
                (now_ns - said.end_ns) / 1e6,
                said.reason,
            )
        )

    def _on_health(self, message: DiagnosticArray) -> None:
        for status in message.status:
            name = status.name.split(':')[0].removeprefix('/')
            if name in self.words and status.name.endswith(': recogniser'):
                self.accounts[name] = {pair.key: pair.value for pair in status.values}
