"""Somebody before a sensor who does what the teaching tells him, in a thread of his own."""

from abc import ABC, abstractmethod
from threading import Event, Thread

from dcat_ros.teach.live import NOW


class TaughtPerson(ABC):
    """Lives from `with` to its end.

    Args:
        every_s: `send` is called so often.
    """

    def __init__(self, every_s):
        self.told = []
        self._every_s = every_s
        self._stop = Event()
        self._thread = Thread(target=self._live, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def show(self, label, number, what, last):
        """What the teaching tells; at each 'now' an attempt is done."""
        self.told.append((label, number, what, last))
        if what == NOW:
            self.attempt(sum(told[2] == NOW for told in self.told) - 1)

    @abstractmethod
    def attempt(self, number):
        """Begin with the attempt of this number."""

    @abstractmethod
    def send(self):
        """Send what the sensor has of him now."""

    def _live(self):
        while not self._stop.wait(self._every_s):
            self.send()
