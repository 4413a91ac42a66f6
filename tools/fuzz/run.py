"""Sharing batches out to worker processes, and watching over them."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection, wait
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tools.fuzz.case import Batch, Outcome
from tools.fuzz.kinds import KINDS
from tools.fuzz.worker import serve

__all__ = ['Limits', 'run']

#: So many times the time of a case a process may take until its first one.
_TO_START = 30
_TICK_S = 0.2
#: Files cost more than messages; this share of the batches are theirs.
_FILES = 0.4
Progress = Callable[[int, float, int], None]


@dataclass(frozen=True)
class Limits:
    """When a run ends: whichever comes first.

    Attributes:
        seconds: of wall time.
        cases: of all kinds.
        cpu_s: CPU time of a case; one that takes more hangs.
        idle_s: time for which a case may do nothing.
    """

    seconds: float
    cases: int
    cpu_s: float = 60.0
    idle_s: float = 600.0


class _Worker:
    """A process with the batch that it is at, and what it was seen to do."""

    def __init__(self, out: Path, folder: str):
        context = multiprocessing.get_context('spawn')
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self.at: Synchronized[int] = context.Value('i', -1)
        self.process = context.Process(
            target=serve, args=(theirs, self.at, out, folder), daemon=True
        )
        self.process.start()
        theirs.close()
        self.batch: Batch | None = None
        self._seen = (-1, 0.0, 0.0)

    def begin(self, batch: Batch) -> None:
        """Give it a batch."""
        self.at.value = -1
        self.batch = batch
        self._seen = (-1, self._cpu_s(), time.monotonic())
        self.pipe.send(batch)

    def hangs(self, limits: Limits) -> str:
        """How long it has been at one case, if too long."""
        at, cpu_s, wall_s = self._seen
        now_cpu_s, now_s = self._cpu_s(), time.monotonic()
        if self.at.value != at:
            self._seen = (self.at.value, now_cpu_s, now_s)
            return ''
        # before its first case it is being started, and imports
        patience = 1 if at >= 0 else _TO_START
        if now_cpu_s - cpu_s > patience * limits.cpu_s:
            return f'it takes more than {limits.cpu_s:.0f} s of CPU time'
        if self._wants_to_run():  # on a busy machine it may long wait for its turn
            self._seen = (at, cpu_s, now_s)
            return ''
        idle = now_s - wall_s > patience * limits.idle_s
        return f'it waits for more than {limits.idle_s:.0f} s' if idle else ''

    def stop(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.join()

    def _cpu_s(self) -> float:
        stat = self._stat()
        return (int(stat[11]) + int(stat[12])) / os.sysconf('SC_CLK_TCK') if stat else 0.0

    def _wants_to_run(self) -> bool:
        return self._stat()[:1] == ['R']

    def _stat(self) -> list[str]:
        """What Linux says of it, from its state on; nothing of one that is no more."""
        try:
            return Path(f'/proc/{self.process.pid}/stat').read_text().rsplit(')', 1)[1].split()
        except (OSError, IndexError):
            return []


def run(
    seed: int, limits: Limits, n_workers: int, out: Path, progress: Progress, kinds: list[str]
) -> dict[str, Outcome]:
    """Try batches until a limit is reached.

    Args:
        seed: everything follows from it, but for how many batches there are.
        limits: of the run.
        n_workers: processes.
        out: findings are saved there.
        progress: is told cases, seconds and findings.
        kinds: names of kinds; all if empty.

    Returns:
        Kind -> what came out.
    """
    outcomes = {name: Outcome() for name in kinds or [n for n, k in KINDS.items() if k.share]}
    batches = _batches(seed, list(outcomes), limits.cases)
    began = time.monotonic()
    folder = TemporaryDirectory(prefix='fuzz-')  # workers that are killed clean up nothing
    workers = [_Worker(out, folder.name) for _ in range(n_workers)]
    idle = list(workers)
    done = False
    try:
        while not done or len(idle) < len(workers):
            over = time.monotonic() - began > limits.seconds
            while idle and not done:
                batch = None if over else next(batches, None)
                if batch is None:
                    done = True
                else:
                    idle.pop().begin(batch)
            for i, worker in enumerate(workers):
                if worker.batch is None:
                    continue
                outcome = _look(worker, limits)
                if outcome is None:
                    continue
                outcomes[worker.batch.kind].add(outcome)
                if not worker.process.is_alive():
                    workers[i] = worker = _Worker(out, folder.name)
                worker.batch = None
                idle.append(worker)
                n = sum(one.n for one in outcomes.values())
                findings = sum(len(one.findings) for one in outcomes.values())
                progress(n, time.monotonic() - began, findings)
            wait([worker.pipe for worker in workers if worker.batch], _TICK_S)
    finally:
        for worker in workers:
            worker.stop()
        folder.cleanup()
    return outcomes


def _look(worker: _Worker, limits: Limits) -> Outcome | None:
    """What came out of a batch; None if it goes on."""
    assert worker.batch is not None
    is_alive = worker.process.is_alive()  # asked first: what it sent before it died counts
    with suppress(EOFError, ConnectionResetError):
        if worker.pipe.poll():
            found: Outcome = worker.pipe.recv()
            return found
    if not is_alive:
        why = f'the process ended with {worker.process.exitcode}'
    elif not (why := worker.hangs(limits)):
        return None
    worker.stop()
    at, one = max(worker.at.value, 0), worker.batch
    again = f"python -m tools.fuzz --again '{one.kind}' {one.seed} {one.number} {one.n}"
    return Outcome(n=at, findings=[(at, f'{why}: {again}')])


def _batches(seed: int, kinds: list[str], n_cases: int) -> Iterator[Batch]:
    """Batches of all kinds by their shares; every kind comes early."""
    rng = Random(seed)
    numbers = {name: count() for name in kinds}
    n = 0
    first = list(kinds)
    groups = {
        group: [name for name in kinds if KINDS[name].group == group]
        for group in ('messages', 'files')
    }
    while n < n_cases:
        if first:
            name = first.pop(0)
        else:
            group = 'files' if rng.random() < _FILES else 'messages'
            names = groups[group] or kinds
            name = rng.choices(names, [KINDS[name].share or 1 for name in names])[0]
        size = min(KINDS[name].batch, n_cases - n)
        n += size
        yield Batch(name, seed, next(numbers[name]), size)
