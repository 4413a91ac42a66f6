"""What a check found, and running checks so that none can stop the others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Literal

from dcat_ros.errors import DcatError

__all__ = ['FAULT', 'NOTE', 'OK', 'Check', 'Finding', 'run']

Level = Literal['ok', 'note', 'fault']

OK: Level = 'ok'
NOTE: Level = 'note'
FAULT: Level = 'fault'


@dataclass(frozen=True)
class Finding:
    """One fact of this machine.

    Attributes:
        level: 'ok'; 'note': works, but something is left out or worth knowing; 'fault': does not.
        name: what was looked at.
        fact: what was found, without a full stop.
        remedy: what to do; a fault always has one.
    """

    level: Level
    name: str
    fact: str
    remedy: str = ''

    def line(self) -> str:
        """The fact as one line."""
        text = f'{self.fact}. {self.remedy}' if self.remedy else self.fact
        return f'{self.level:<6}{self.name:<21} {" ".join(text.split())}'


@dataclass(frozen=True)
class Check:
    """Something to look at.

    Attributes:
        name: of what is looked at.
        look: finds the facts; whatever it raises is a fault of its own.
        limit_s: longest time that it may take.
    """

    name: str
    look: Callable[[], list[Finding]]
    limit_s: float = 10.0


def run(checks: Iterable[Check]) -> Iterator[Finding]:
    """The findings of the checks in their order, each check as soon as it has ended."""
    for check in checks:
        yield from _run_one(check)


def _run_one(check: Check) -> list[Finding]:
    found: list[Finding] = []
    # a daemon: one that hangs must keep neither the other checks nor the end of the process
    thread = Thread(target=lambda: found.extend(_guarded(check)), daemon=True)
    thread.start()
    thread.join(check.limit_s)
    if thread.is_alive():
        fact = f'was not found out within {check.limit_s:g} s'
        return [Finding(FAULT, check.name, fact, 'Is the machine overloaded? Try again.')]
    return list(found)


def _guarded(check: Check) -> list[Finding]:
    try:
        return check.look()
    except DcatError as problem:  # its sentence says what to do
        return [Finding(FAULT, check.name, str(problem).rstrip('.'), _AGAIN)]
    except (Exception, SystemExit) as problem:
        fact = f'{type(problem).__name__}: {problem}'.rstrip('.: ')
        return [Finding(FAULT, check.name, fact, _AGAIN)]


_AGAIN = 'Mend that, and run dcat doctor again.'
