"""A thread for the slow part, so that a window's work never delays reception."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Generic, TypeVar

__all__ = ['Account', 'LatestWorker']

Item = TypeVar('Item')


@dataclass(frozen=True, slots=True)
class Account:
    """What became of items; it adds up at any time.

    Attributes:
        submitted: number of items that were handed over.
        done: number of items whose work has ended, also with a fault.
        dropped: number of items that were never worked on.
    """

    submitted: int = 0
    done: int = 0
    dropped: int = 0

    @property
    def waiting(self) -> int:
        """Number of items that wait or are at work."""
        return self.submitted - self.done - self.dropped

    def __add__(self, other: 'Account') -> 'Account':
        return Account(
            self.submitted + other.submitted, self.done + other.done, self.dropped + other.dropped
        )


class LatestWorker(Generic[Item]):
    """Works on items in order, in one thread; where it is behind, the newest items win.

    Args:
        work: called with each item.
        failed: called with what `work` raised; the thread goes on.
        waiting: greatest number of items that wait; the oldest is dropped for a further one.
    """

    def __init__(
        self, work: Callable[[Item], None], failed: Callable[[Exception], None], waiting: int = 2
    ):
        self._submitted = self._done = self._dropped = 0
        self._work = work
        self._failed = failed
        self._waiting = waiting
        self._items: deque[Item] = deque()
        self._changed = Condition()
        self._open = True
        self._thread = Thread(target=self._run, name='window worker', daemon=True)
        self._thread.start()

    @property
    def account(self) -> Account:
        """What became of the items so far."""
        with self._changed:
            return Account(self._submitted, self._done, self._dropped)

    def submit(self, item: Item) -> None:
        """Hand over an item; returns at once. After `close` it is dropped."""
        with self._changed:
            self._submitted += 1
            if not self._open:
                self._dropped += 1
                return
            if len(self._items) == self._waiting:
                self._items.popleft()
                self._dropped += 1
            self._items.append(item)
            self._changed.notify()

    def close(self) -> None:
        """Drop what waits, let the item at work end, and stop the thread."""
        with self._changed:
            self._open = False
            self._dropped += len(self._items)
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
            finally:
                with self._changed:
                    self._done += 1
