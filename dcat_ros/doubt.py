"""What speaks against a sensor's data: said alike by node, `dcat evaluate`, `train` and `check`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = ['FAULT', 'NOTE', 'SENSELESS', 'Doubt', 'said', 'why_senseless']

Level = Literal['note', 'fault', 'senseless']

NOTE: Level = 'note'
FAULT: Level = 'fault'
SENSELESS: Level = 'senseless'


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something odd about data that can be decoded.

    Attributes:
        reason: a short key under which it is counted.
        sentence: what was seen, and what to do about it; without a full stop.
        level: 'note': worth knowing, and labels may be right all the same; 'fault': labels are
            not to be believed; 'senseless': the data cannot mean anything, so that there is none.
        share: of a recording's windows from which on the level holds for all of it; below, the
            doubt is a note. 0: one window tells it.
    """

    reason: str
    sentence: str
    level: Level = FAULT
    share: float = 0.5


def said(doubts: Iterable[Doubt]) -> str:
    """Their sentences in one line; empty if there is no doubt."""
    return '; '.join(doubt.sentence for doubt in doubts)


def why_senseless(doubts: Iterable[Doubt]) -> str:
    """Why the data cannot mean anything; empty if they can."""
    return next((doubt.sentence for doubt in doubts if doubt.level == SENSELESS), '')
