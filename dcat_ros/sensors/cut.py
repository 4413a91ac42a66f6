"""What a sensor in a recording gave during stretches of time, as a data set holds it.

    messages ──► samples, frames or sound with stamps ──► one `Signal` a stretch

Decoded, cleaned and resampled as a node does it, so that a network learns what it will be given.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import SENSELESS, Doubt
from dcat_ros.segment import Segment
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.signals import Signal

__all__ = ['SHORTEST_S', 'Cut', 'Stretches', 'refused', 'senseless', 'unfit']

SHORTEST_S = 0.5
_NS = 1_000_000_000

#: A stretch's signal, or why there is none.
Cut = Signal | str


def _as_they_are(values: NDArray[Any]) -> NDArray[Any]:
    return values


@dataclass(frozen=True)
class Stretches:
    """Stretches of a recording, of which signals are to be cut.

    Attributes:
        recording: open.
        topic: of the sensor; of one in parts that of the last.
        segments: the stretches, in the order of time.
        given: topics and settings.
        doubts: gets what is odd about them, one of each reason.
        truth_by_receipt: they have the times at which their labels came.
        keep: takes the values of a stretch, and gives them as they are held from then on.
    """

    recording: Recording
    topic: str
    segments: Sequence[Segment]
    given: Given
    doubts: list[Doubt]
    truth_by_receipt: bool
    keep: Callable[[NDArray[Any]], NDArray[Any]] = _as_they_are


def senseless(found: list[Doubt], doubts: list[Doubt]) -> str:
    """Why a stretch means nothing, or empty; what else is odd goes to those who are told of it."""
    for doubt in found:
        if doubt.level == SENSELESS:
            return doubt.sentence
        if doubt.reason not in {known.reason for known in doubts}:
            doubts.append(doubt)
    return ''


def unfit(
    stamps_ns: NDArray[np.int64], segment: Segment, gap_s: float, rejected: Counter[str]
) -> str:
    """Why readings at these times do not fill a stretch; empty if they do."""
    if segment.end_ns - segment.start_ns < SHORTEST_S * _NS:
        return f'it is shorter than {SHORTEST_S} s'
    edges = np.concatenate([[segment.start_ns], stamps_ns, [segment.end_ns]])
    hole_s = float(np.diff(edges).max()) / _NS
    if hole_s > gap_s or len(stamps_ns) < 2:
        return f'nothing usable came for {hole_s:.2f} s of it{refused(rejected)}'
    return ''


def refused(rejected: Counter[str]) -> str:
    """How many messages of the bag were refused, and why."""
    if not rejected:
        return ''
    reasons = ', '.join(f'{n} {reason}' for reason, n in rejected.most_common())
    return f' (messages refused: {reasons})'
