"""From the callbacks of a recogniser's inputs to its receiver: one by one, or many together."""

from collections.abc import Callable
from time import monotonic
from typing import Any

import numpy as np

from dcat_ros.errors import MessageError
from dcat_ros.messages.packed import Packed
from dcat_ros.nodes.health import Health
from dcat_ros.nodes.inputs import Taker
from dcat_ros.nodes.stamps import StampCheck
from dcat_ros.streaming.freshness import Freshness
from dcat_ros.streaming.receiver import Receiver, TakesRuns

__all__ = ['Reception']

#: Messages that wait to be taken together, at most.
_MOST = 256


class Reception:
    """What comes between activation and deactivation of a node.

    Messages of a receiver that takes many at once wait for one with which a window may end; so most
    of them cost no more than to be put aside.

    Args:
        receiver: in use.
        fresh: whether usable messages come.
        health: counts them.
        check: of their stamps, by the node's clock.
        submit: gets a job, and the monotonic time at which its last message came.
        reject: gets reason and sentence for a message that cannot be used.
    """

    def __init__(
        self,
        receiver: Receiver[Any],
        fresh: Freshness,
        health: Health,
        check: StampCheck,
        submit: Callable[[Any, float], None],
        reject: Callable[[str, str], None],
    ):
        self._receiver = receiver
        self._runs = receiver if isinstance(receiver, TakesRuns) else None
        self._fresh = fresh
        self._health = health
        self._check = check
        self._submit = submit
        self._reject = reject
        self._data: list[bytes] = []
        self._received_s: list[float] = []
        self._arrived_ns: list[int] = []

    def take(self, taker: Taker, data: bytes) -> None:
        """A message came.

        Args:
            taker: what of the receiver takes it.
            data: its CDR bytes.
        """
        received_s = monotonic()
        self._health.received += 1
        self._fresh.came(received_s)
        arrived_ns = self._check.now_ns()
        if callable(taker):
            self._take_one(taker, data, received_s, arrived_ns)
            return
        self._data.append(data)
        self._received_s.append(received_s)
        self._arrived_ns.append(arrived_ns)
        if len(self._data) == _MOST or taker.may_complete(data, arrived_ns):
            self.take_waiting()

    def take_waiting(self) -> None:
        """Take the messages that wait, if any."""
        receiver = self._runs
        if not self._data or receiver is None:
            return
        data, received_s = Packed.of(self._data), self._received_s
        all_arrived = np.array(self._arrived_ns)
        self._data, self._received_s, self._arrived_ns = [], [], []
        refused: dict[int, MessageError] = {}
        jobs: list[Any] = []
        last = -1
        n_taken = 0
        try:
            for run in receiver.decode_runs(data, refused.__setitem__):
                arrived = all_arrived[run.places]
                stamps, problems = self._check.many(run.stamps_ns, arrived)
                if problems:
                    refused |= {int(run.places[i]): problem for i, problem in problems.items()}
                    fits = np.ones(len(stamps), np.bool_)
                    fits[[*problems]] = False
                    run, stamps, arrived = run.at(fits), stamps[fits], arrived[fits]
                if len(stamps):
                    jobs += receiver.accept_run(run, stamps)
                    self._fresh.taken_many(stamps, arrived, run.frame_id)
                    last = max(last, int(run.places[-1]))
                    n_taken += len(stamps)
        except Exception as problem:  # out of the callback it would end the node
            for _ in range(len(data) - n_taken - len(refused)):
                self._reject('fault', f'{type(problem).__name__}: {problem}')
        behind = {place for place in refused if place > last}
        for place in sorted(refused.keys() - behind):
            self._reject(refused[place].reason, str(refused[place]))
        if last >= 0:
            self._fresh.usable(received_s[last], bool(jobs), len(data) - 1 - last)
        for place in sorted(behind):
            self._reject(refused[place].reason, str(refused[place]))
        for job in jobs:
            self._submit(job, received_s[-1])

    def _take_one(
        self, taker: Callable[..., list[Any]], data: bytes, received_s: float, arrived_ns: int
    ) -> None:
        try:
            jobs = taker(data, arrived_ns, self._check)
            self._fresh.taken(arrived_ns)
        except MessageError as problem:
            self._reject(problem.reason, str(problem))
            return
        except Exception as problem:  # out of the callback it would end the node
            self._reject('fault', f'{type(problem).__name__}: {problem}')
            return
        if not self._receiver.checks_later:
            self._fresh.usable(received_s, bool(jobs))
        for job in jobs:
            self._submit(job, received_s)
