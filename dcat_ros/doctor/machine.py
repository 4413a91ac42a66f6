"""The machine itself: memory, microphones, and the folder of recordings."""

import os
import subprocess
import sys
from pathlib import Path

from dcat_ros.doctor.finding import FAULT, NOTE, OK, Finding

__all__ = ['free_memory', 'memory', 'microphones', 'recordings']

_GIB = 1 << 30
#: Resident memory of one recogniser: docs/recognition.md, "Speed and memory".
_ONE_NODE = 333 << 20
_SPARE = _GIB
_MICROPHONE_S = 8.0
_NAMED = 3
#: PortAudio prints what it tries on the standard error, and a broken sound server can hang it
_DEVICES = """
import sys
from dcat_ros.capture.microphone import devices
from dcat_ros.errors import DcatError
try:
    print(devices())
except DcatError as problem:
    sys.exit(str(problem))
"""


def memory() -> list[Finding]:
    """Whether a recogniser fits into what is free."""
    free = free_memory()
    if free is None:
        return [Finding(NOTE, 'memory', 'this system does not say how much is free')]
    fact = f'{free / _GIB:.1f} GiB free; a recogniser takes {_ONE_NODE / _GIB:.1f} GiB'
    if free < _ONE_NODE:
        return [Finding(FAULT, 'memory', fact, 'End other programs, or add memory.')]
    return [Finding(NOTE if free < _SPARE else OK, 'memory', fact)]


def free_memory(root: Path = Path('/')) -> int | None:
    """Bytes that may still be taken: of the machine, or of the container if it has less.

    Args:
        root: of the file system.
    """
    free: list[int] = []
    try:
        lines = (root / 'proc/meminfo').read_text().splitlines()
        free += [1024 * int(x.split()[1]) for x in lines if x.startswith('MemAvailable:')]
    except (OSError, ValueError, IndexError):
        pass
    group = root / 'sys/fs/cgroup'
    try:
        # the limit is the word 'max' where there is none
        limit, used = (int((group / f'memory.{x}').read_text()) for x in ('max', 'current'))
        free.append(max(0, limit - used))
    except (OSError, ValueError):
        pass
    return min(free, default=None)


def microphones() -> list[Finding]:
    """Which devices could record; looked up in a process of its own."""
    command = [sys.executable, '-c', _DEVICES]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_MICROPHONE_S, check=False
        )
    except subprocess.TimeoutExpired:
        fact = f'the sound system did not answer within {_MICROPHONE_S:g} s'
        return [Finding(NOTE, 'microphones', fact, 'Restart it, if microphone_node is wanted.')]
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ['the sound system cannot be asked'])[-1]
        return [Finding(NOTE, 'microphones', last.rstrip('.'), 'Only microphone_node needs it.')]
    found = [' '.join(line.split()) for line in done.stdout.strip().splitlines()]
    if not any(line[:1].isdigit() for line in found):
        return [Finding(NOTE, 'microphones', 'none; only microphone_node needs one')]
    more = f' and {len(found) - _NAMED} more' if len(found) > _NAMED else ''
    return [Finding(OK, 'microphones', '; '.join(found[:_NAMED]) + more)]


def recordings() -> list[Finding]:
    """DCAT_DATA, and which data sets lie there."""
    given = os.environ.get('DCAT_DATA', '')
    if not given:
        fact = 'not set; only training and scoring on recordings of your own disk need it'
        return [Finding(NOTE, 'DCAT_DATA', fact)]
    try:
        there = {entry.name for entry in Path(given).iterdir() if entry.is_dir()}
    except (OSError, ValueError) as problem:
        why = getattr(problem, 'strerror', None) or problem
        fact = f'{given} cannot be read: {why}'
        remedy = 'Set it to the folder that holds utd_mhad/ and the others, or unset it.'
        return [Finding(FAULT, 'DCAT_DATA', fact, remedy)]
    try:
        from dcat_ros.datasets import DATASETS
    except ImportError:  # which library is missing stands further up
        return [Finding(NOTE, 'DCAT_DATA', f'{given}: not looked into without the libraries')]
    found = [name for name in DATASETS if name in there]
    if not found:
        remedy = f'Data sets are folders in it: {", ".join(sorted(DATASETS))}.'
        return [Finding(NOTE, 'DCAT_DATA', f'{given} holds no data set', remedy)]
    return [Finding(OK, 'DCAT_DATA', f'{given}: {", ".join(found)}')]
