"""What presence_node publishes: the winners, and its diagnostics."""

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

from dcat_ros.nodes.header import header_of
from dcat_ros.nodes.member import Member
from dcat_ros.nodes.outputs import MarkerOutput, activity_status
from dcat_ros.presence.activity import Activity
from dcat_ros.presence.competition import Winner
from dcat_ros.streaming.decision import STALE, UNKNOWN, Prediction

__all__ = ['PresenceOutputs', 'member_status', 'presence_status']

#: For how long a subscriber that does not answer is waited for.
_PATIENCE_S = 0.5
_OK, _WARN, _ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


class PresenceOutputs:
    """The publishers of presence_node. Who comes late gets the present state of things, too.

    Args:
        node: whose publishers they are.
    """

    def __init__(self, node: LifecycleNode):
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._node = node
        self._label = node.create_lifecycle_publisher(String, '~/label', latched)
        self._activity = node.create_lifecycle_publisher(DiagnosticArray, '~/activity', latched)
        self._markers = MarkerOutput(node)
        self._published: tuple[int, ...] | None = None

    def forget(self) -> None:
        """Publish at the next time, whatever was published before."""
        self._published = None

    def publish(self, winners: tuple[Winner, ...]) -> None:
        """Publish what has changed since the last time: a new prediction or another winner."""
        numbers = tuple(winner.number for winner in winners)
        before, self._published = self._published, numbers
        if numbers == before:
            return
        activities = [winner.activity for winner in winners] or [self._nothing()]
        sources = [winner.name for winner in winners] or ['']
        if before is None or numbers[:1] != before[:1]:
            self._label.publish(String(data=activities[0].prediction.label))
        name = self._node.get_fully_qualified_name()
        status = [
            activity_status(a, name, {'source': source, 'score': f'{a.score:.8f}'})
            for a, source in zip(activities, sources, strict=True)
        ]
        header = header_of(activities[0].prediction)
        self._activity.publish(DiagnosticArray(header=header, status=status))
        self._markers.publish(activities)

    def flush(self) -> None:
        """Wait until the subscribers have the last word; it would be lost if the process ended."""
        for publisher in (self._label, self._activity):
            publisher.wait_for_all_acked(Duration(seconds=_PATIENCE_S))

    def destroy(self) -> None:
        """Take the publishers away."""
        self._node.destroy_lifecycle_publisher(self._label)
        self._node.destroy_lifecycle_publisher(self._activity)
        self._markers.destroy()

    def _nothing(self) -> Activity:
        """What is said when no sensor is present."""
        now_ns = int(self._node.get_clock().now().nanoseconds)
        return Activity(Prediction(UNKNOWN, STALE, 0.0, (), now_ns, now_ns, ''), (), 'none')


def presence_status(
    node: LifecycleNode, state: str, problem: str, winners: tuple[Winner, ...]
) -> DiagnosticStatus:
    """Who is believed, in one status."""
    values = {'lifecycle state': state, 'groups': str(len(winners))}
    for number, winner in enumerate(winners):
        prediction = winner.activity.prediction
        said = f'{prediction.label} {prediction.confidence:.2f}, score {winner.activity.score:.2f}'
        values[f'group {number}: {winner.name}'] = said
    message = ', '.join(f'{w.name}: {w.activity.prediction.label}' for w in winners)
    level = _OK if winners or state != 'active' else _WARN
    if state == 'active' and not winners:
        message = 'no sensor is present'
    return DiagnosticStatus(
        level=_ERROR if problem else level,
        name=f'{node.get_fully_qualified_name()}: presence',
        message=problem or message or state,
        values=_pairs(values),
    )


def member_status(node: LifecycleNode, member: Member, now_s: float) -> DiagnosticStatus:
    """How one recogniser is, in one status."""
    level, message = _condition(member, now_s)
    state = 'does not answer' if member.silent_s(now_s) else member.state or 'not there'
    values = {
        'lifecycle state': state,
        'input topic': member.probe.topic,
        'publishers': str(member.probe.n_publishers() or 0),
        'data flows': 'yes' if state == 'active' or member.data.flows(now_s) else 'no',
        'listened to here': 'yes' if member.probe.listening else 'no',
        'messages ignored': str(member.n_ignored),
    }
    return DiagnosticStatus(
        level=level,
        name=f'{node.get_fully_qualified_name()}: {member.name}',
        message=message,
        hardware_id=member.probe.topic,
        values=_pairs(values),
    )


def _condition(member: Member, now_s: float) -> tuple[bytes, str]:
    """Level and sentence, the worst thing first."""
    name = member.name
    if not member.state and member.was_here:
        return _ERROR, f'{name} was here and has gone'
    silent_s = member.silent_s(now_s)
    if silent_s:
        return _ERROR, f'{name} has not answered for {silent_s:.0f} s'
    if not member.state:
        return _WARN, f'{name} is not there'
    if member.state == 'finalized':
        return _ERROR, f'{name} was shut down, and has to be started again'
    if member.steering.problem:
        wait_s = max(member.steering.retry_s - now_s, 0.0)
        own = f'; it says: {member.words[1]}' if member.words[0] != _OK else ''
        return _ERROR, f'{member.steering.problem}, next try in {wait_s:.0f} s{own}'
    if member.probe.problem:
        return _ERROR, member.probe.problem
    return _OK, member.state


def _pairs(values: dict[str, str]) -> list[KeyValue]:
    return [KeyValue(key=key, value=value) for key, value in values.items()]
