"""presence_node: wakes the recognisers whose sensors send data, and publishes the best label."""

from time import monotonic
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import InvalidTopicNameException
from rclpy.parameter import Parameter
from rclpy.validate_full_topic_name import validate_full_topic_name

from dcat_ros.errors import ConfigError
from dcat_ros.nodes.lifecycle import GuardedLifecycleNode
from dcat_ros.nodes.member import Member
from dcat_ros.nodes.parameters import check, declare
from dcat_ros.nodes.presence_outputs import PresenceOutputs, member_status, presence_status
from dcat_ros.nodes.presence_parameters import PRESENCE_PARAMETERS
from dcat_ros.presence.activity import Activity
from dcat_ros.presence.competition import Competition
from dcat_ros.short import short

__all__ = ['PresenceNode']

_DIAGNOSTICS_S = 1.0
#: Recognisers that are looked after at most: each has clients and subscriptions.
_MOST = 64
#: Of /diagnostics, on which every node of a robot may speak.
_DEPTH = 100
_SUFFIX = ': recogniser'


class PresenceNode(GuardedLifecycleNode):
    """Looks after recognisers: each sleeps until its sensor sends data, and the best is believed.

    It never assumes what a recogniser does, so it may be started, killed and started again at any
    time beside recognisers in any state. When it ends or is deactivated, they stay as they are.

    Args:
        options: of rclpy.node.Node.

    Raises:
        ConfigError: a parameter is unusable.
    """

    def __init__(self, **options: Any):
        super().__init__('presence_node', **options)
        declare(self, PRESENCE_PARAMETERS)
        refused = check(self._parameters.values(), PRESENCE_PARAMETERS)
        if not refused.successful:
            raise ConfigError(f'{refused.reason} (parameter of presence_node).')
        self.add_on_set_parameters_callback(self._on_set)
        self._names = self._resolved(self.get_parameter('recognisers').value)
        self._members: dict[str, Member] = {}
        self._competition: Competition | None = None
        self._outputs: PresenceOutputs | None = None
        self._heard_diagnostics: Any = None
        self._timer: Any = None
        # sensors stop in real time, whatever ROS time does
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self.create_timer(_DIAGNOSTICS_S, self._diagnose, clock=self._steady)

    def configure(self) -> None:
        """Make the publishers."""
        self._outputs = PresenceOutputs(self)

    def activate(self) -> None:
        """Begin to look after the recognisers."""
        self._outputs.forget()
        self._competition = Competition(self._names, *self._settings())
        stale_after_s = self.get_parameter('stale_after').value
        self._members = {
            name: Member(self, name, stale_after_s, self._said, self._competition.leave)
            for name in self._names
        }
        self._heard_diagnostics = self.create_subscription(
            DiagnosticArray, '/diagnostics', self._on_diagnostics, _DEPTH
        )
        period = self.get_parameter('period').value
        self._timer = self.create_timer(period, self._look, clock=self._steady)

    def deactivate(self) -> None:
        """Leave the recognisers as they are."""
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self.destroy_subscription(self._heard_diagnostics)
            self._timer = self._heard_diagnostics = None
            # late subscribers must not get a label that nobody looks after any more
            self._outputs.publish(())
            self._outputs.flush()
        for member in self._members.values():
            member.destroy()
        self._members = {}
        self._competition = None

    def clean_up(self) -> None:
        """Let go of the publishers, too."""
        self.deactivate()
        if self._outputs is not None:
            self._outputs.destroy()
            self._outputs = None

    def _resolved(self, recognisers: list[str]) -> list[str]:
        """The recognisers' names with their namespaces."""
        namespace = self.get_namespace().rstrip('/')
        if len(recognisers) > _MOST:
            raise ConfigError(
                f'recognisers holds {len(recognisers)} names; presence_node looks after {_MOST} at '
                'most: give it those of one person or place.'
            )
        names = []
        for given in recognisers:
            name = given if given.startswith('/') else f'{namespace}/{given}'
            try:
                validate_full_topic_name(f'{name}/activity')
            except InvalidTopicNameException:
                raise ConfigError(
                    f'recognisers holds {short(given)!r}, which is no name of a node; names have '
                    'letters, digits, _ and /.'
                ) from None
            names.append(name)
        return names

    def _settings(self) -> tuple[float, float, float]:
        return tuple(self.get_parameter(name).value for name in ('stale_after', 'margin', 'hold'))

    def _look(self) -> None:
        now_s = monotonic()
        for member in self._members.values():
            member.look(now_s)
        self._choose(now_s)

    def _said(self, name: str, activity: Activity) -> None:
        now_s = monotonic()
        if self._competition is not None:
            self._competition.hear(name, activity, now_s)
        self._choose(now_s)

    def _choose(self, now_s: float) -> None:
        # a call that waited while the node was deactivated finds nothing
        if self._competition is not None and self._outputs is not None:
            self._outputs.publish(self._competition.decide(now_s))

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            member = self._members.get(status.name.removesuffix(_SUFFIX))
            if member is not None and status.name.endswith(_SUFFIX):
                member.report(status, monotonic())

    def _diagnose(self) -> None:
        now_s = monotonic()
        winners = self._competition.decide(now_s) if self._competition is not None else ()
        problem, self.refusal = self.problem or self.refusal, ''
        message = DiagnosticArray(status=[presence_status(self, self.state, problem, winners)])
        message.status += [member_status(self, m, now_s) for m in self._members.values()]
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)

    def _on_set(self, parameters: list[Parameter]) -> SetParametersResult:
        result = check(parameters, PRESENCE_PARAMETERS)
        if result.successful:
            # the new values are there only after this callback returned
            self.executor.create_task(self._apply_now)
        return result

    def _apply_now(self) -> None:
        if self._competition is not None:
            self._competition.set(*self._settings())
        for member in self._members.values():
            member.data.stale_after_s = self.get_parameter('stale_after').value
