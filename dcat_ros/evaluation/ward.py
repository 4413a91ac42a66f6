"""Why events are wrong: deleted, inserted, fragmented or merged.

Source: J. Ward, P. Lukowicz, H. Gellersen, "Performance metrics for activity recognition", ACM
Transactions on Intelligent Systems and Technology 2(1), 2011, section 4.2. Every label is scored
by itself; an event counts as found by any overlap, however short.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from dcat_ros.evaluation.events import Event
from dcat_ros.segment import REST, Segment

__all__ = ['Ward', 'ward_of']


@dataclass(frozen=True)
class Ward:
    """Numbers of events by what became of them; the true ones first.

    Attributes:
        correct: true events that one event found, which found nothing else.
        deleted: true events that no event of their label overlaps.
        fragmented: true events that several events overlap.
        merged: true events whose one event overlaps other true ones, too.
        fragmented_and_merged: both.
        inserted: predicted events that overlap no true event of their label.
        fragmenting: predicted events that share their true one with others.
        merging: predicted events that overlap several true ones.
        fragmenting_and_merging: both.
    """

    correct: int = 0
    deleted: int = 0
    fragmented: int = 0
    merged: int = 0
    fragmented_and_merged: int = 0
    inserted: int = 0
    fragmenting: int = 0
    merging: int = 0
    fragmenting_and_merging: int = 0

    def __add__(self, other: 'Ward') -> 'Ward':
        """The events of two recordings."""
        names = [field.name for field in fields(self)]
        return Ward(**{name: getattr(self, name) + getattr(other, name) for name in names})


def ward_of(truth: Iterable[Segment], predicted: Iterable[Event]) -> Ward:
    """Count the events of all labels; `rest` is no event.

    Args:
        truth: true intervals.
        predicted: as `events_of` or `label_runs` gives them.
    """
    true = [segment for segment in truth if segment.label != REST]
    found = list(predicted)
    total = Ward()
    for label in {segment.label for segment in true} | {event.label for event in found}:
        total += _of_one_label(
            sorted((s.start_ns, s.end_ns) for s in true if s.label == label),
            sorted((e.start_ns, e.end_ns) for e in found if e.label == label),
        )
    return total


Span = tuple[int, int]


def _of_one_label(true: Sequence[Span], found: Sequence[Span]) -> Ward:
    finders = _overlaps(true, found)
    found_by = _overlaps(found, true)
    # merged: one of its events has another true one; fragmenting: its true one has another event
    fate = [(len(js), len(js) > 1, any(len(found_by[j]) > 1 for j in js)) for js in finders]
    cause = [(len(is_), any(len(finders[i]) > 1 for i in is_), len(is_) > 1) for is_ in found_by]
    return Ward(
        correct=_count(fate, False, False),
        deleted=sum(1 for n, *_ in fate if not n),
        fragmented=_count(fate, True, False),
        merged=_count(fate, False, True),
        fragmented_and_merged=_count(fate, True, True),
        inserted=sum(1 for n, *_ in cause if not n),
        fragmenting=_count(cause, True, False),
        merging=_count(cause, False, True),
        fragmenting_and_merging=_count(cause, True, True),
    )


def _count(rows: Sequence[tuple[int, bool, bool]], first: bool, second: bool) -> int:
    return sum(1 for n, a, b in rows if n and (a, b) == (first, second))


def _overlaps(spans: Sequence[Span], others: Sequence[Span]) -> list[list[int]]:
    """For each span the numbers of the others that it overlaps; both sorted, none empty."""
    out: list[list[int]] = []
    first = 0
    for start, end in spans:
        while first < len(others) and others[first][1] <= start:
            first += 1
        overlapping = []
        for j in range(first, len(others)):
            if others[j][0] >= end:
                break
            if others[j][1] > start:
                overlapping.append(j)
        out.append(overlapping)
    return out
