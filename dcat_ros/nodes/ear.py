"""Listening to one recogniser, and taking down what it says."""

from collections.abc import Callable
from threading import Event
from time import monotonic

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile

from dcat_ros.errors import DcatError, MessageError
from dcat_ros.evaluation.live import LiveRecord
from dcat_ros.nodes.monitor import Heard, activities_of
from dcat_ros.nodes.watch import recognisers
from dcat_ros.streaming.decision import STALE

__all__ = ['PATIENCE_S', 'Ear']

#: How long a recogniser, and then its subscription, is waited for.
PATIENCE_S = 10.0
_SPIN_S = 0.05
_LOOK_S = 0.25
_DEPTH = 1000


class Ear:
    """Takes down what a recogniser says.

    Args:
        node: subscribes.
        executor: of the node.
        recogniser: its full name.
        stop: ends all waiting.
        show: called with each prediction.

    Attributes:
        node: that subscribes.
        record: what was heard so far.
        stop: that ends all waiting.
        heard_s: monotonic time of the last prediction of a window.
        reports: how often the recogniser has told of itself since then.
    """

    def __init__(
        self,
        node: Node,
        executor: SingleThreadedExecutor,
        recogniser: str,
        stop: Event,
        show: Callable[[Heard], None],
    ):
        self.node = node
        self.record = LiveRecord(recogniser)
        self.stop = stop
        self.heard_s = monotonic()
        self.reports = 0
        self._executor = executor
        self._show = show
        self._listening = False
        self._models: list[str] = []
        self._subscription = node.create_subscription(
            DiagnosticArray, f'{recogniser}/activity', self._on_activity, QoSProfile(depth=_DEPTH)
        )
        # after the other: see wait_for_recogniser
        node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, _DEPTH)

    def begin(self) -> None:
        """From now on it counts."""
        self.heard_s, self.reports = monotonic(), 0
        self._listening = True

    def spin(
        self,
        until: Callable[[], bool],
        seconds: float | None,
        look: Callable[[], None] = lambda: None,
    ) -> bool:
        """Listen until something is so, `stop` is set, or so long has passed: whether it is so.

        Args:
            until: what is waited for.
            seconds: greatest time; None: without end.
            look: called a few times a second.
        """
        begin_s = monotonic()
        looked_s = begin_s - _LOOK_S
        while not until():
            now_s = monotonic()
            if self.stop.is_set() or (seconds is not None and now_s - begin_s >= seconds):
                return False
            if now_s - looked_s >= _LOOK_S:
                looked_s = now_s
                look()
            self._executor.spin_once(timeout_sec=_SPIN_S)
        return True

    def is_there(self) -> bool:
        """Whether the recogniser is connected with us."""
        return self._subscription.get_publisher_count() > 0

    def wait_for_recogniser(self, look: Callable[[], None] = lambda: None) -> None:
        """Wait until it is there, and knows us: to whom it does not know it says nothing.

        It knows all our subscriptions when it knows the last one, that to its diagnostics.

        Raises:
            DcatError: it does not come.
        """
        if self.spin(self.is_there, PATIENCE_S, look):
            self.spin(lambda: self.reports > 0, PATIENCE_S, look)
            return
        name = self.record.recogniser
        there = ', '.join(sorted(recognisers(self.node) - {name}))
        raise DcatError(
            f'No recogniser {name} is there; there {"is" if "," not in there else "are"} {there}.'
            if there
            else f'No recogniser {name} is there, nor any other; start one in this ROS_DOMAIN_ID.'
        )

    def check(self, seconds: float) -> None:
        """See that what was heard can be scored.

        Raises:
            DcatError: nothing was said, several models spoke, or time went back.
        """
        record = self.record
        if not self._models:
            raise DcatError(
                f'{record.recogniser} said nothing of any window in {seconds:.0f} s; see that it '
                'is active and that its sensor publishes.'
            )
        if len(self._models) > 1:
            raise DcatError(
                f'{record.recogniser} spoke for several models ({", ".join(self._models)}), and '
                'one is scored at a time.'
            )
        times = [time_ns for time_ns, _ in record.changes]
        if times != sorted(times):
            raise DcatError('Time went back while we listened; let the bag play once, no loop.')

    def _on_activity(self, message: DiagnosticArray) -> None:
        received = monotonic()
        if not self._listening:
            return
        try:
            activity = activities_of(message)[0]
        except MessageError:
            return  # somebody else's
        self.record.predictions.append(activity.prediction)
        if activity.prediction.state != STALE:
            self.heard_s, self.reports = received, 0
            if activity.model not in self._models:
                self._models.append(activity.model)
                self.record.model = activity.model
                self.record.labels = activity.labels
                self.record.macro_f1 = activity.macro_f1
        self._show(Heard(activity.prediction, activity.labels, activity.model, received))

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        if any(status.name.startswith(f'{self.record.recogniser}:') for status in message.status):
            self.reports += 1
