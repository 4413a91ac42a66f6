"""Which lifecycle transition a recogniser needs next."""

from dcat_ros.presence.sensor_data import SensorData

__all__ = ['ACTIVATE', 'CONFIGURE', 'DEACTIVATE', 'Steering']

CONFIGURE = 'configure'
ACTIVATE = 'activate'
DEACTIVATE = 'deactivate'

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0


class Steering:
    """Decides for one recogniser, and waits longer after every refusal.

    A recogniser that was activated and then got no data, although data flows on its topic, counts
    as one that refused: its QoS may not fit the publisher's, and it would go up and down for ever.

    Args:
        data: of the recogniser's sensor.

    Attributes:
        problem: what went wrong last; empty if nothing did.
        retry_s: time before which nothing is tried again.
    """

    def __init__(self, data: SensorData):
        self._data = data
        self.problem = ''
        self.retry_s = 0.0
        self._wait_s = _FIRST_WAIT_S

    def next(self, state: str, now_s: float) -> str | None:
        """The transition to ask for now; None if there is none.

        Args:
            state: the recogniser's own word, just given: 'unconfigured', 'inactive' or 'active';
                in any other one nothing can be done.
            now_s: monotonic time.
        """
        if state == 'active' and self._data.used:
            self._well()
        if now_s < self.retry_s:
            return None
        if state == 'unconfigured':
            return CONFIGURE
        if state == 'inactive' and self._data.flows(now_s):
            return ACTIVATE
        if state == 'active' and self._data.stopped(now_s):
            return DEACTIVATE
        return None

    def done(self, transition: str, now_s: float) -> None:
        """The recogniser did what it was asked for."""
        if transition == CONFIGURE:
            self._well()
        elif transition == DEACTIVATE and not self._data.used:
            self._failed('it was activated, and none of the data on its topic came to it', now_s)

    def refused(self, transition: str, now_s: float) -> None:
        """The recogniser did not do it."""
        self._failed(f'it refused to {transition}', now_s)

    def restarted(self) -> None:
        """The recogniser's process is a new one, or gone: nothing is held against it."""
        self._well()

    def _well(self) -> None:
        self.problem = ''
        self.retry_s = 0.0
        self._wait_s = _FIRST_WAIT_S

    def _failed(self, problem: str, now_s: float) -> None:
        self.problem = problem
        self.retry_s = now_s + self._wait_s
        self._wait_s = min(2 * self._wait_s, _LONGEST_WAIT_S)
