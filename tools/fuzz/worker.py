"""A process that tries batches: errors, memory and time of each case are looked at."""

import os
import re
import resource
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from tempfile import TemporaryDirectory

from dcat_ros.errors import DcatError
from tools.fuzz.case import Batch, Case, Outcome
from tools.fuzz.kinds import KINDS

__all__ = ['MOST_OVER', 'serve', 'try_batch']

#: bytes: growth that is allowed beside twice the case's size
MOST_OVER = 200 << 20
#: bytes of address space: what asks for more fails, and the machine goes on
_MOST_SPACE = 12 << 30


def serve(pipe: Connection, at: 'Synchronized[int]', out: Path, folder: str) -> None:
    """Try batches that come through the pipe, and send what came out, until None comes.

    Args:
        pipe: see above.
        at: see `try_batch`.
        out: see `try_batch`.
        folder: for files of this process, which somebody else removes.
    """
    tempfile.tempdir = folder
    # decoders written in C print what they think of a picture
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_SPACE, _MOST_SPACE))
    while (batch := pipe.recv()) is not None:
        pipe.send(try_batch(batch, out, at))


def try_batch(batch: Batch, out: Path | None, at: 'Synchronized[int] | None' = None) -> Outcome:
    """Try all cases of a batch; of a batch that took too much memory, find the case.

    Args:
        batch: which.
        out: where findings are saved; None: nowhere.
        at: is set to the index of the case that is being tried.
    """
    outcome = _tried(batch, out, at, each=False)
    if outcome.findings and outcome.findings[-1][0] < 0:
        one_by_one = _tried(batch, out, at, each=True)
        if one_by_one.findings:
            return one_by_one
    return outcome


def _tried(batch: Batch, out: Path | None, at: 'Synchronized[int] | None', each: bool) -> Outcome:
    outcome = Outcome()
    largest = 0
    with TemporaryDirectory(prefix='fuzz-') as folder:
        before = _reset_peak()
        for i, case in _cases(batch, Path(folder)):
            if at is not None:
                at.value = i
            if each:
                before = _reset_peak()
            began = time.process_time()
            problem = _try(case, outcome)
            outcome.slowest_s = max(outcome.slowest_s, time.process_time() - began)
            outcome.n += 1
            largest = max(largest, len(case.data))
            if each:
                problem = problem or _too_much(before, len(case.data))
            if problem:
                outcome.findings.append((i, problem))
                if out is not None:
                    _save(batch, i, case, problem, out)
        outcome.peak = max(0, _peak() - before) if not each else 0
        if not each and (problem := _too_much(before, largest)):
            outcome.findings.append((-1, problem))
    return outcome


def _cases(batch: Batch, folder: Path) -> Iterator[tuple[int, Case]]:
    """Cases with their indices; an error on the way to one is that of a case, too.

    Valid messages between the cases are taken there, after hostile ones.
    """
    i = 0
    try:
        for case in KINDS[batch.kind].make(batch.rng, batch.n, folder):
            yield i, case
            i += 1
    except BaseException as problem:  # whatever it is, that is what is looked for
        yield i, Case(b'', partial(_raise, problem))


def _raise(problem: BaseException) -> tuple[str, int]:
    raise problem


def _try(case: Case, outcome: Outcome) -> str:
    """What is wrong; empty if nothing is."""
    try:
        result, windows = case.try_it()
    except DcatError as problem:
        sentence = str(problem)
        if not (sentence.strip() and sentence.isprintable() and len(sentence) <= 4000):
            return f'no sentence: {sentence[:300]!r}'
        outcome.results[type(problem).__name__] += 1
        return ''
    except BaseException:  # whatever it is, that is what is looked for
        return traceback.format_exc()
    outcome.results[result] += 1
    outcome.windows += windows
    return ''


def _too_much(before: int, size: int) -> str:
    grown = _peak() - before
    if grown <= 2 * size + MOST_OVER:
        return ''
    return f'{grown >> 20} MiB were taken for {size} bytes'


def _reset_peak() -> int:
    """Begin to measure; bytes that are in use."""
    with suppress(OSError):
        Path('/proc/self/clear_refs').write_text('5')
    return _peak()


def _peak() -> int:
    status = Path('/proc/self/status').read_text()
    return int(status.split('VmHWM:')[1].split()[0]) << 10


def _save(batch: Batch, i: int, case: Case, problem: str, out: Path) -> None:
    kind = re.sub(r'\W+', '_', batch.kind)
    folder = out / f'{kind}-{batch.seed}-{batch.number}-{i}'
    folder.mkdir(parents=True, exist_ok=True)
    (folder / case.name).write_bytes(case.data)
    again = f"python -m tools.fuzz --again '{batch.kind}' {batch.seed} {batch.number} {batch.n}"
    (folder / 'finding.txt').write_text(f'{again}   # case {i}\n\n{problem}\n')
