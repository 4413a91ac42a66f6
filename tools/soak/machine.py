"""How late the machine lets a process run that has nothing to do but to look at the clock."""

import time
from threading import Event, Thread

__all__ = ['Pulse']

_EVERY_S = 0.02


class Pulse:
    """Notes when it was woken later than it asked for.

    What happens to it happens to every process: where it is late, silence is no fault of a node.

    Attributes:
        late: (monotonic time, lateness in s) of every time that it was late by more than a beat.
    """

    def __init__(self) -> None:
        self.late: list[tuple[float, float]] = []
        self._over = Event()
        self._thread = Thread(target=self._beat, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Beat no more."""
        self._over.set()
        self._thread.join()

    def greatest_s(self, begin_s: float, end_s: float) -> float:
        """The greatest lateness between two monotonic times."""
        return max((late for when, late in self.late if begin_s < when < end_s), default=0.0)

    def _beat(self) -> None:
        due_s = time.monotonic() + _EVERY_S
        while not self._over.is_set():
            time.sleep(max(0.0, due_s - time.monotonic()))
            now_s = time.monotonic()
            if now_s - due_s > _EVERY_S:
                self.late.append((now_s, now_s - due_s))
            due_s = now_s + _EVERY_S
