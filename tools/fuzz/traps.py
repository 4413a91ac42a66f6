"""Kinds whose cases are findings, all of them: they show that the tool sees what it looks for."""

import ctypes
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

from dcat_ros.errors import BagError
from tools.fuzz.case import Case, Kind

__all__ = ['TRAPS']


def _every(third: Callable[[], object]) -> Kind:
    """Two cases that are refused, then one that is a finding."""

    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        for i in range(n):
            yield Case(b'trap', partial(_try, third if i % 3 == 2 else _refused))

    return kind


def _try(do: Callable[[], object]) -> tuple[str, int]:
    do()
    return 'accepted', 0


def _refused() -> None:
    raise BagError('This is no bag.')


def _wordless() -> None:
    raise BagError(' ')


def _busy() -> None:
    while True:
        pass


def _hoards() -> None:
    hoard = bytearray(300 << 20)
    for at in range(0, len(hoard), 4096):
        hoard[at] = 1


TRAPS: dict[str, Kind] = {
    'trap: another error': _every(lambda: 1 // 0),
    'trap: no sentence': _every(_wordless),
    'trap: memory': _every(_hoards),
    'trap: hang': _every(_busy),
    'trap: crash': _every(lambda: ctypes.string_at(0)),
    'trap: idle': _every(lambda: time.sleep(3600)),
}
