"""All kinds of cases, with their sizes."""

from typing import NamedTuple

from tools.fuzz.bags import BAGS
from tools.fuzz.case import Kind
from tools.fuzz.files import FILES
from tools.fuzz.streams import STREAMS
from tools.fuzz.traps import TRAPS

__all__ = ['KINDS', 'Sized']


class Sized(NamedTuple):
    """A kind of cases.

    Attributes:
        make: makes them.
        share: weight among those of its group; 0 where it is run by name alone.
        batch: cases of one batch.
        group: 'messages' or 'files'.
    """

    make: Kind
    share: int
    batch: int
    group: str


KINDS: dict[str, Sized] = {
    name: Sized(make, share, 1000, 'messages') for name, (make, share) in STREAMS.items()
}
KINDS |= {name: Sized(make, share, 40, 'files') for name, (make, share) in (FILES | BAGS).items()}
KINDS |= {name: Sized(make, 0, 3, 'traps') for name, make in TRAPS.items()}
