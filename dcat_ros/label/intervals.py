"""What a list of labelled intervals may be: in the order of time, apart, with labels of one line."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from dcat_ros.errors import InputError
from dcat_ros.segment import Segment

__all__ = ['MOST', 'checked', 'moved', 'united']

#: Intervals of one recording; more make no sense, and a page must stay quick.
MOST = 100_000
_LONGEST_LABEL = 200
#: The year 2116, as in `truth`.
_LATEST_NS = 2**62


def checked(segments: Iterable[Segment], where: str) -> list[Segment]:
    """The intervals in the order of time, if they make sense.

    Args:
        segments: in any order.
        where: file or place that they are from, for the error.

    Raises:
        InputError: an end is not behind its start, a time or a label is none, two overlap, or
            there are too many.
    """
    found = sorted(segments, key=lambda s: (s.start_ns, s.end_ns))
    if len(found) > MOST:
        raise InputError(f'{where}: {len(found)} intervals are too many; up to {MOST} are taken.')
    for segment in found:
        if not (abs(segment.start_ns) < _LATEST_NS and abs(segment.end_ns) < _LATEST_NS):
            raise InputError(f'{where}: an interval of {segment.label[:40]!r} lies at no time.')
        if segment.end_ns <= segment.start_ns:
            raise InputError(
                f'{where}: {segment.label[:40]!r} at {segment.start_ns / 1e9:.3f} s ends before it '
                'begins, or at once; an end comes after its start.'
            )
        label = segment.label
        if not label or label != label.strip() or len(label) > _LONGEST_LABEL:
            raise InputError(
                f'{where}: {label[:40]!r} can be no label: it has 1 to {_LONGEST_LABEL} letters, '
                'and no blank at its ends.'
            )
        if not label.isprintable():
            raise InputError(
                f'{where}: {label[:40]!r} can be no label: it has a letter that cannot be printed.'
            )
    for before, after in pairwise(found):
        if after.start_ns < before.end_ns:
            raise InputError(
                f'{where}: {before.label!r} and {after.label!r} overlap at '
                f'{after.start_ns / 1e9:.3f} s; a moment has one label.'
            )
    return found


def united(old: Sequence[Segment], new: Sequence[Segment]) -> tuple[list[Segment], int]:
    """Old intervals, and those new ones that touch none of them.

    Args:
        old: checked.
        new: checked.

    Returns:
        All in the order of time, and how many of the new ones were left out since they overlap an
        old one; those that are there already are not counted.
    """
    kept, n_left = list(old), 0
    there = set(old)
    i = 0
    for segment in new:
        while i < len(old) and old[i].end_ns <= segment.start_ns:
            i += 1
        if segment in there:
            continue
        if i < len(old) and old[i].start_ns < segment.end_ns:
            n_left += 1
        else:
            kept.append(segment)
    return sorted(kept, key=lambda s: s.start_ns), n_left


def moved(segments: Iterable[Segment], by_ns: int) -> list[Segment]:
    """The same on a clock that shows so much more."""
    return [Segment(s.start_ns + by_ns, s.end_ns + by_ns, s.label) for s in segments]
