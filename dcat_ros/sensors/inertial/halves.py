"""An inertial sensor in two halves, acceleration and angular rate by themselves, made whole.

    acceleration ──► queue ──┐ interpolated to the stamps of
    angular rate ──► queue ──┴─► the angular rate ──► samples of six values

Drivers publish the halves at their own rates (such as 63 and 200 Hz).
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

__all__ = ['HALVES', 'Half', 'HalvesJoin', 'Whole', 'find_halves', 'halves_of']

Half = Literal['accel', 'gyro']
HALVES: tuple[Half, Half] = ('accel', 'gyro')
Vector = tuple[float, float, float]

_NS = 1_000_000_000
#: Readings that wait for the other half: of one that never comes, the oldest go.
_WAITING = 4096


class Whole(NamedTuple):
    """A sample of both halves.

    Attributes:
        stamp_ns: of the angular rate.
        values: acceleration x, y, z in m/s², angular rate x, y, z in rad/s.
    """

    stamp_ns: int
    values: tuple[float, float, float, float, float, float]


class HalvesJoin:
    """Joins the halves by their stamps: the same whole samples in whichever order they came.

    A reading of the angular rate gets the acceleration between the readings before and after it,
    by linear interpolation. Where those lie further apart than `max_gap_s`, there is no sample.

    Args:
        max_gap_s: greatest distance of two accelerations that is bridged.
        reorder_s: how far back a stamp may lie and still be left out as late; further back is a
            jump (a bag that loops), after which everything starts anew.

    Attributes:
        counts: what was seen: accel, gyro, late, jump_back, unpaired.
    """

    def __init__(self, max_gap_s: float = 0.25, reorder_s: float = 0.1):
        self.counts: Counter[str] = Counter()
        self._max_gap_ns = round(max_gap_s * _NS)
        self._reorder_ns = round(reorder_s * _NS)
        self.reset()

    def reset(self) -> None:
        """Forget all readings."""
        self._accel: deque[tuple[int, Vector]] = deque()
        self._gyro: deque[tuple[int, Vector]] = deque()
        self._newest_ns: dict[str, int] = {}

    def push(self, half: Half, stamp_ns: int, vector: Vector) -> list[Whole]:
        """Take a reading of one half.

        Args:
            half: which.
            stamp_ns: its time in ns.
            vector: x, y, z in m/s² or rad/s.

        Returns:
            The samples that are whole now, their stamps ascending.
        """
        self.counts[half] += 1
        newest = self._newest_ns.get(half)
        if newest is not None and stamp_ns <= newest:
            if newest - stamp_ns <= self._reorder_ns:
                self.counts['late'] += 1
                return []
            self.counts['jump_back'] += 1
            self.reset()
        self._newest_ns[half] = stamp_ns
        queue = self._accel if half == 'accel' else self._gyro
        if len(queue) >= _WAITING:
            queue.popleft()
            self.counts['unpaired'] += 1
        queue.append((stamp_ns, vector))
        return self._whole()

    def _whole(self) -> list[Whole]:
        found: list[Whole] = []
        accel, gyro = self._accel, self._gyro
        while gyro and accel and gyro[0][0] <= accel[-1][0]:
            stamp_ns, rate = gyro.popleft()
            # the last reading before it, and the first behind it, stand in front
            while len(accel) > 1 and accel[1][0] <= stamp_ns:
                accel.popleft()
            before_ns, before = accel[0]
            after_ns, after = accel[1] if len(accel) > 1 else accel[0]
            if before_ns > stamp_ns or after_ns - before_ns > self._max_gap_ns:
                self.counts['unpaired'] += 1
                continue
            part = (stamp_ns - before_ns) / (after_ns - before_ns) if after_ns > before_ns else 0.0
            x, y, z = (b + part * (a - b) for b, a in zip(before, after, strict=True))
            found.append(Whole(stamp_ns, (x, y, z, *rate)))
        return found


def halves_of(given: Mapping[str, Any]) -> dict[str, Half]:
    """Topic -> which half it is, of the settings of a sensor; empty if it comes whole."""
    return {given[half]: half for half in HALVES if given[half]}


def find_halves(topics: Sequence[str]) -> tuple[str, ...]:
    """The one topic of acceleration and the one of angular rate, by their names, as drivers do."""
    found = [[topic for topic in topics if half in topic.lower()] for half in HALVES]
    return (found[0][0], found[1][0]) if [len(some) for some in found] == [1, 1] else ()
