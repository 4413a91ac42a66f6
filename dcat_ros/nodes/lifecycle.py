"""A lifecycle node that survives what ends a plain rclpy one.

In rclpy an illegal transition raises out of spin and the client gets no reply, and an exception
in a transition callback becomes ERROR without a word. Here the first is refused with a reason,
and the second is logged.
"""

from collections.abc import Callable
from typing import Any

from lifecycle_msgs.msg import Transition
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from dcat_ros.errors import DcatError
from dcat_ros.short import short

__all__ = ['GuardedLifecycleNode']

#: Characters of a sentence about what went wrong.
_LONGEST = 1000
_SUCCESS = TransitionCallbackReturn.SUCCESS
_FAILURE = TransitionCallbackReturn.FAILURE
_ERROR = TransitionCallbackReturn.ERROR


class GuardedLifecycleNode(LifecycleNode):
    """Subclasses fill in `configure`, `activate`, `deactivate` and `clean_up`.

    A DcatError raised there refuses the transition (FAILURE), anything else is a fault (ERROR),
    after which the node is cleaned up and unconfigured. Both are logged, and kept in `problem`
    until the next transition; why an illegal one was refused is in `refusal`.

    Args:
        name: of the node.
        options: of rclpy.node.Node.
    """

    def __init__(self, name: str, **options: Any):
        super().__init__(name, **options)
        self.problem = ''
        self.refusal = ''

    def configure(self) -> None:
        """Load what the node needs."""

    def activate(self) -> None:
        """Begin to work."""

    def deactivate(self) -> None:
        """Stop working."""

    def clean_up(self) -> None:
        """Let go of everything; called in any state, also twice."""

    @property
    def state(self) -> str:
        """The lifecycle state: 'unconfigured', 'inactive', 'active' or 'finalized'."""
        return str(self._state_machine.current_state[1])

    def start(self) -> None:
        """Bring the node to active, unless the parameter `autostart` is false."""
        autostart = self.get_parameter('autostart').value
        if autostart and self.trigger_configure() == _SUCCESS:
            self.trigger_activate()

    def stop(self) -> None:
        """Stop working and let go of everything, whatever the state."""
        self.clean_up()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Unconfigured -> inactive; FAILURE with a logged reason if something is unusable."""
        return self._guarded('configure', self.configure, super().on_configure, state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Inactive -> active."""
        return self._guarded('activate', self.activate, super().on_activate, state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Active -> inactive."""
        return self._guarded('deactivate', self.deactivate, super().on_deactivate, state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Inactive -> unconfigured."""
        return self._guarded('clean up', self.clean_up, super().on_cleanup, state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Any state -> finalized."""
        return self._guarded('shut down', self.clean_up, super().on_shutdown, state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """After a fault: back to unconfigured."""
        return self._guarded('recover', self.clean_up, super().on_error, state)

    def _guarded(
        self,
        what: str,
        hook: Callable[[], None],
        parent: Callable[[LifecycleState], TransitionCallbackReturn],
        state: LifecycleState,
    ) -> TransitionCallbackReturn:
        try:
            hook()
            return parent(state)
        except DcatError as problem:
            # a value of megabytes would be said once a second
            self.problem = short(f'cannot {what}: {problem}', _LONGEST)
            self.get_logger().error(self.problem)
            return _FAILURE
        except Exception as problem:  # whatever it is, the node must live and say it
            self.problem = short(f'fault in {what}: {type(problem).__name__}: {problem}', _LONGEST)
            self.get_logger().error(self.problem)
            return _ERROR

    def _LifecycleNodeMixin__change_state(self, transition_id: int) -> TransitionCallbackReturn:  # noqa: N802
        """Stand in for rclpy's private method, through which every transition goes.

        It lets RCLError out for a transition that the current state does not have.
        """
        allowed = {t[0]: t[1] for t in self._state_machine.available_transitions}
        if transition_id not in allowed:
            asked = _name_of(transition_id)
            self.refusal = (
                f"transition '{asked}' refused in state '{self.state}'; "
                f'allowed here: {", ".join(sorted(allowed.values())) or "none"}'
            )
            self.get_logger().error(self.refusal)
            return _FAILURE
        self.problem = ''
        try:
            result: TransitionCallbackReturn = super()._LifecycleNodeMixin__change_state(
                transition_id
            )
        except rclpy_implementation.RCLError as problem:
            self.problem = f"transition '{_name_of(transition_id)}' failed: {problem}"
            self.get_logger().error(self.problem)
            return _FAILURE
        return result


def _name_of(transition_id: int) -> str:
    """'configure' for 1 and so on; the number itself if there is no such transition."""
    for name in dir(Transition):
        if name.startswith('TRANSITION_') and getattr(Transition, name) == transition_id:
            return name.removeprefix('TRANSITION_').lower()
    return str(transition_id)
