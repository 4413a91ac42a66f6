"""One recogniser as presence_node sees it: its services, its words and its topic."""

from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.lifecycle import LifecycleNode

from dcat_ros.errors import MessageError
from dcat_ros.nodes.monitor import activities_of
from dcat_ros.nodes.probe import Probe
from dcat_ros.presence.activity import Activity
from dcat_ros.presence.sensor_data import SensorData
from dcat_ros.presence.steering import ACTIVATE, CONFIGURE, DEACTIVATE, Steering
from dcat_ros.streaming.decision import STALE

__all__ = ['Member']

_TRANSITIONS = {
    CONFIGURE: Transition.TRANSITION_CONFIGURE,
    ACTIVATE: Transition.TRANSITION_ACTIVATE,
    DEACTIVATE: Transition.TRANSITION_DEACTIVATE,
}
#: An answer that has not come by then is lost, or its node is busy: ask again.
_ANSWER_S = 1.0
#: Who tells its state so often after an order has done it, or never got it.
_ANSWERS_AFTER_ORDER = 2
#: Without an answer for so long it counts as dead; while it loads a model, it has longer.
_PATIENCE_S = 3.0
_PATIENCE_WITH_ORDER_S = 30.0


class _Call(NamedTuple):
    client: Any
    future: Any
    since_s: float
    transition: str = ''

    def drop(self) -> None:
        """Wait for the answer no more."""
        self.client.remove_pending_request(self.future)


class Member:
    """Brings a recogniser up and down with its sensor's data. All calls come from one thread.

    Nothing is assumed: a transition follows only from a state that the recogniser itself has just
    told, with no other transition on its way.

    Args:
        node: presence_node.
        name: of the recogniser, with its namespace.
        stale_after_s: see `SensorData`.
        said: called with name and activity, while the recogniser is active.
        left: called with the name when it is not active any more.

    Attributes:
        name: of the recogniser.
        data: what is known of its sensor.
        steering: what is tried with it.
        probe: its topic.
        state: what it answered last; empty before, and when its services are gone.
        was_here: it has answered once.
        n_ignored: number of messages on its topics that could not be used.
        words: level and message of its own diagnostics.
    """

    def __init__(
        self,
        node: LifecycleNode,
        name: str,
        stale_after_s: float,
        said: Callable[[str, Activity], None],
        left: Callable[[str], None],
    ):
        self.name = name
        self.data = SensorData(stale_after_s)
        self.steering = Steering(self.data)
        self.probe = Probe(node, lambda: self.data.message(monotonic()))
        self.state = ''
        self.was_here = False
        self.n_ignored = 0
        self.words: tuple[bytes, str] = (DiagnosticStatus.OK, '')
        self._node = node
        self._said = said
        self._left = left
        self._answered_s = monotonic()
        self._question: _Call | None = None
        self._order: _Call | None = None
        self._answers_since_order = 0
        self._get = node.create_client(GetState, f'{name}/get_state')
        self._change = node.create_client(ChangeState, f'{name}/change_state')
        self._activity = node.create_subscription(
            DiagnosticArray, f'{name}/activity', self._on_activity, 10
        )

    def look(self, now_s: float) -> None:
        """Take what was answered, and ask for what is due; returns at once."""
        if not (self._get.service_is_ready() and self._change.service_is_ready()):
            self._gone(now_s)
            return
        self._take_result(now_s)
        told = self._take_state(now_s)
        if self.state == 'active' and self.probe.n_publishers() == 0:
            self.data.silent()
        if told and self._order is None:
            transition = self.steering.next(self.state, now_s)
            if transition is not None:
                request = ChangeState.Request()
                request.transition.id = _TRANSITIONS[transition]
                self._order = _Call(
                    self._change, self._change.call_async(request), now_s, transition
                )
                self._answers_since_order = 0
        if self._question is None:
            self._question = _Call(self._get, self._get.call_async(GetState.Request()), now_s)
        # an active recogniser receives its data itself, and big pictures should not come twice
        self.probe.listen(self.state == 'inactive' and now_s >= self.steering.retry_s)

    def silent_s(self, now_s: float) -> float:
        """Time in s for which it has not answered, once that is too long; 0 before."""
        waited_s = now_s - self._answered_s
        patience_s = _PATIENCE_S if self._order is None else _PATIENCE_WITH_ORDER_S
        return waited_s if waited_s > patience_s else 0.0

    def report(self, status: DiagnosticStatus, now_s: float) -> None:
        """Take the recogniser's own diagnostics, which anybody may have written."""
        values = {pair.key: pair.value for pair in status.values}
        received = values.get('messages received', '')
        if not (received.isascii() and received.isdecimal() and len(received) < 20):
            self.n_ignored += 1
            return
        self.words = (status.level, status.message)
        self.probe.topic_is(values.get('input topic', ''), values.get('input type', ''))
        self.data.reported(int(received), now_s)

    def destroy(self) -> None:
        """Let go of everything; the recogniser stays as it is."""
        self._forget_calls()
        self.probe.listen(False)
        self._node.destroy_client(self._get)
        self._node.destroy_client(self._change)
        self._node.destroy_subscription(self._activity)

    def _gone(self, now_s: float) -> None:
        self._forget_calls()
        self._set_state('', now_s)
        self.probe.listen(False)
        self.steering.restarted()
        self._answered_s = now_s

    def _forget_calls(self) -> None:
        for call in (self._question, self._order):
            if call is not None:
                call.drop()
        self._question = self._order = None

    def _take_state(self, now_s: float) -> bool:
        """Whether the recogniser has just told its state."""
        call = self._question
        if call is None:
            return False
        if not call.future.done():
            if now_s - call.since_s > _ANSWER_S:
                call.drop()
                self._question = None
            return False
        self._question = None
        self._answered_s = now_s
        self.was_here = True
        self._answers_since_order += 1
        self._set_state(call.future.result().current_state.label, now_s)
        return True

    def _take_result(self, now_s: float) -> None:
        """What became of the transition that was asked for."""
        call = self._order
        if call is None:
            return
        if call.future.done():
            self._order = None
            if call.future.result().success:
                self.steering.done(call.transition, now_s)
            else:
                self.steering.refused(call.transition, now_s)
        elif self._answers_since_order >= _ANSWERS_AFTER_ORDER:
            # its answer is lost, as the first one to a new client can be; the state says it all
            call.drop()
            self._order = None

    def _set_state(self, state: str, now_s: float) -> None:
        if state == self.state:
            return
        if state == 'active':
            self.data.activated(now_s)
        elif self.state == 'active':
            self._left(self.name)
        self.state = state

    def _on_activity(self, message: DiagnosticArray) -> None:
        try:
            activity = activities_of(message)[0]
        except MessageError:
            self.n_ignored += 1
            return
        if self.state != 'active':
            return  # on its way while the recogniser was deactivated
        if activity.prediction.state == STALE:
            self.data.silent()
        else:
            self.data.predicted(monotonic())
        self._said(self.name, activity)
