"""A thread for the slow part, so that a window's work never delays reception."""

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import Generic, TypeVar

__all__ = ['LatestWorker']

Item = TypeVar('Item')


class LatestWorker(Generic[Item]):
    """Works on items in order, in one thread; where it is behind, the newest items win.

    Args:
        work: called with each item.
        failed: called with what `work` raised; the thread goes on.
        waiting: greatest number of items that wait; the oldest is dropped for a further one.

    Attributes:
        dropped: number of items that were never worked on.
    """

    def __init__(
        self, work: Callable[[Item], None], failed: Callable[[Exception], None], waiting: int = 2
    ):
        self.dropped = 0
        self._work = work
        self._failed = failed
        self._waiting = waiting
        self._items: deque[Item] = deque()
        self._changed = Condition()
        self._open = True
        self._thread = Thread(target=self._run, name='window worker', daemon=True)
        self._thread.start()

    def submit(self, item: Item) -> None:
        """Hand over an item; returns at once."""
        with self._changed:
            if len(self._items) == self._waiting:
                self._items.popleft()
                self.dropped += 1
            self._items.append(item)
            self._changed.notify()

    def close(self) -> None:
        """Forget what waits, let the item at work end, and stop the thread."""
        with self._changed:
            self._open = False
            self._items.clear()
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._open and not self._items:
                    self._changed.wait()
                if not self._open:
                    return
                item = self._items.popleft()
            try:
                self._work(item)
            except Exception as problem:  # the thread must outlive any fault of one item
                self._failed(problem)
