"""What a kind of case is, and what comes out of a batch of them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

__all__ = ['Batch', 'Case', 'Kind', 'Outcome']


@dataclass(frozen=True)
class Case:
    """One hostile thing.

    Attributes:
        data: its bytes, which are saved if it is a finding.
        try_it: hands it to the product; gives what became of it ('accepted' or a reason), and how
            many windows it completed; raises whatever the product raises.
        name: of the file under which it is saved.
    """

    data: bytes
    try_it: Callable[[], tuple[str, int]]
    name: str = 'case.bin'


class Kind(Protocol):
    """Makes cases of one kind; a batch's cases follow each other in one stream."""

    def __call__(self, rng: Random, n: int, folder: Path) -> Iterator[Case]:
        """So many cases; files of theirs lie in the folder, which is empty."""
        ...


@dataclass(frozen=True)
class Batch:
    """Names the cases of a batch, so that they can be made again.

    Attributes:
        kind: name of the kind.
        seed: of the whole run.
        number: of the batch of this kind.
        n: of its cases.
    """

    kind: str
    seed: int
    number: int
    n: int

    @property
    def rng(self) -> Random:
        """The same for the same batch, on every machine."""
        return Random(f'{self.kind} {self.seed} {self.number}')


@dataclass
class Outcome:
    """What came out of a batch, or of many.

    Attributes:
        n: cases.
        results: 'accepted', or why it was refused -> number.
        windows: completed.
        peak: bytes of memory above the beginning, at most.
        slowest_s: CPU time of the slowest case.
        findings: index of the case, and what is wrong.
    """

    n: int = 0
    results: Counter[str] = field(default_factory=Counter)
    windows: int = 0
    peak: int = 0
    slowest_s: float = 0.0
    findings: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: 'Outcome') -> None:
        """Count another one in."""
        self.n += other.n
        self.results += other.results
        self.windows += other.windows
        self.peak = max(self.peak, other.peak)
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.findings += other.findings
