"""Whether a sensor sends data, judged by what comes of it."""

__all__ = ['SensorData']


class SensorData:
    """Evidence of one sensor's data.

    While its recogniser is inactive somebody listens to the topic itself (`message`); while it is
    active its predictions and its reports tell, so that no big image is received twice. All times
    are monotonic, in s.

    Args:
        stale_after_s: silence after which data has stopped.

    Attributes:
        stale_after_s: may be set at any time.
        used: data came to the recogniser since it was activated.
    """

    def __init__(self, stale_after_s: float):
        self.stale_after_s = stale_after_s
        self.used = False
        self._arrivals: tuple[float | None, float | None] = (None, None)
        self._last_s = 0.0
        self._silent = False
        self._report: tuple[int, float] | None = None

    def message(self, now_s: float) -> None:
        """A message came on the topic."""
        self._arrivals = (self._arrivals[1], now_s)

    def flows(self, now_s: float) -> bool:
        """Two messages came, the later one just now, neither long after the other."""
        before, last = self._arrivals
        if before is None or last is None:
            return False
        return max(last - before, now_s - last) <= self.stale_after_s

    def activated(self, now_s: float) -> None:
        """The recogniser was found active; what was known before counts no more."""
        self.used = self._silent = False
        self._last_s = now_s
        self._arrivals = (None, None)

    def predicted(self, now_s: float) -> None:
        """The recogniser published a prediction of data."""
        self.used = True
        self._silent = False
        self._last_s = now_s

    def silent(self) -> None:
        """The recogniser says that data stopped, or nobody publishes the topic."""
        self._silent = True

    def reported(self, received: int, now_s: float) -> None:
        """The recogniser says how many messages it has received since its process began."""
        before, self._report = self._report, (received, now_s)
        if before is None or received < before[0]:  # its process is a new one
            return
        if received > before[0]:
            self.predicted(now_s)
        elif before[1] >= self._last_s:
            # nothing in the whole time between two reports; an earlier one says nothing of now
            self._silent = True

    def stopped(self, now_s: float) -> bool:
        """Whether no data came to the active recogniser for `stale_after_s`."""
        return self._silent and now_s - self._last_s >= self.stale_after_s
