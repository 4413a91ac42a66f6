"""What speaks against a sensor's data: said alike by node, `dcat evaluate`, `train` and `check`."""

from dataclasses import dataclass
from typing import Literal

__all__ = ['FAULT', 'NOTE', 'SENSELESS', 'Doubt']

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
    """

    reason: str
    sentence: str
    level: Level = FAULT
