"""What was really going on, and when."""

import csv
import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from dcat_ros.errors import InputError
from dcat_ros.segment import Segment
from dcat_ros.texts import read_text

__all__ = [
    'csv_text',
    'from_changes',
    'from_first_reading',
    'label_at',
    'parse_csv',
    'parse_csv_of_others',
    'read_csv',
    'to_first_reading',
]

#: The year 2116: two of them are added without leaving 64 bits.
_LATEST_NS = 2**62
_YEAR_NS = 365 * 24 * 3600 * 1_000_000_000


def from_changes(changes: Iterable[tuple[int, str]], end_ns: int) -> list[Segment]:
    """Intervals of a topic that says the label whenever it changes.

    Args:
        changes: (time in ns, label), in the order of time; '' for no label.
        end_ns: end of the recording, which closes the last interval.
    """
    segments: list[Segment] = []
    start_ns, label = 0, ''
    for time_ns, new_label in changes:
        if label and time_ns > start_ns:
            segments.append(Segment(start_ns, time_ns, label))
        start_ns, label = time_ns, new_label.strip()
    if label and end_ns > start_ns:
        segments.append(Segment(start_ns, end_ns, label))
    return segments


def read_csv(path: Path) -> list[Segment]:
    """Intervals of a CSV file with the columns start, end (seconds, as the stamps) and label.

    Raises:
        InputError: the file is unreadable, lacks a column, or a line makes no sense; the sentence
            names the line.
    """
    return parse_csv(read_text(path, InputError), str(path))


def parse_csv(text: str, where: str) -> list[Segment]:
    """Intervals of the text of such a file.

    Args:
        text: of the file.
        where: its name, for the error.

    Raises:
        InputError: as `read_csv`.
    """
    segments: list[Segment] = []
    for number, segment in _rows(text, where):
        if segment.end_ns <= segment.start_ns or not segment.label:
            raise InputError(
                f'{where}, line {number}: end must come after start, and label must not be empty.'
            )
        segments.append(segment)
    return _apart(segments, where)


def parse_csv_of_others(text: str, where: str) -> tuple[list[Segment], int]:
    """The same of a file that another program made, in which a line may mark a moment.

    Args:
        text: of the file.
        where: its name, for the error.

    Returns:
        The intervals, and how many lines were left out since they have no length or no label.

    Raises:
        InputError: as `read_csv`, but for those.
    """
    segments: list[Segment] = []
    n_left = 0
    for number, segment in _rows(text, where):
        if segment.end_ns < segment.start_ns:
            raise InputError(f'{where}, line {number}: end must not come before start.')
        if segment.end_ns == segment.start_ns or not segment.label:
            n_left += 1
        else:
            segments.append(segment)
    return _apart(segments, where), n_left


def _rows(text: str, where: str) -> Iterator[tuple[int, Segment]]:
    """The lines of the text with their numbers, as they stand there."""
    try:
        rows = csv.DictReader(io.StringIO(text, newline=''), skipinitialspace=True)
        rows.fieldnames = [(name or '').strip().lower() for name in rows.fieldnames or ()]
        missing = {'start', 'end', 'label'} - set(rows.fieldnames)
        if missing:
            raise InputError(
                f'{where} lacks the column {sorted(missing)[0]}; its first line must name '
                'start, end and label, separated by commas.'
            )
        for row in rows:
            try:
                start_ns, end_ns = (_to_ns(row[key] or '') for key in ('start', 'end'))
            except (TypeError, ValueError, OverflowError):
                raise InputError(
                    f'{where}, line {rows.line_num}: start and end must be seconds.'
                ) from None
            yield rows.line_num, Segment(start_ns, end_ns, (row['label'] or '').strip())
    except csv.Error as problem:
        raise InputError(f'{where} cannot be read: {problem}') from None


def _apart(segments: list[Segment], where: str) -> list[Segment]:
    """The same in the order of time; a moment has one label.

    Raises:
        InputError: two overlap.
    """
    segments = sorted(segments, key=lambda s: s.start_ns)
    for before, after in pairwise(segments):
        if after.start_ns < before.end_ns:
            raise InputError(
                f'{where}: {before.label} and {after.label} overlap at {after.start_ns / 1e9} s.'
            )
    return segments


def csv_text(segments: Sequence[Segment]) -> str:
    """The text of such a file; seconds have all their nanoseconds, as a float would not.

    Args:
        segments: in the order of time, on the clock that the file is to have.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator='\n')
    rows.writerow(['start', 'end', 'label'])
    for segment in segments:
        rows.writerow([_seconds(segment.start_ns), _seconds(segment.end_ns), segment.label])
    return text.getvalue()


def from_first_reading(segments: list[Segment], begin_ns: int | None) -> list[Segment]:
    """Truth on the clock of the stamps, where its seconds count from the first reading.

    Args:
        segments: in the order of time.
        begin_ns: stamp of the first reading, if there is one.

    Returns:
        The same if they end later than a year: then they are stamps already.
    """
    if not segments or begin_ns is None or segments[-1].end_ns > _YEAR_NS:
        return segments
    return [Segment(s.start_ns + begin_ns, s.end_ns + begin_ns, s.label) for s in segments]


def to_first_reading(segments: Sequence[Segment], begin_ns: int) -> list[Segment]:
    """The same as a file is to say it, of a clock that began at zero: see `from_first_reading`.

    Args:
        segments: in the order of time, on the clock of the stamps.
        begin_ns: stamp of the first reading.
    """
    if not segments or segments[-1].end_ns > _YEAR_NS:
        return list(segments)
    return [Segment(s.start_ns - begin_ns, s.end_ns - begin_ns, s.label) for s in segments]


def label_at(segments: Sequence[Segment], stamps_ns: Sequence[int]) -> list[str]:
    """The label at each of these times, '' where there is none.

    Args:
        segments: in the order of time, without overlap; the start belongs to a segment, the end
            does not.
        stamps_ns: the times.
    """
    starts = [segment.start_ns for segment in segments]
    labels = []
    for stamp_ns in stamps_ns:
        i = bisect_right(starts, stamp_ns) - 1
        inside = i >= 0 and stamp_ns < segments[i].end_ns
        labels.append(segments[i].label if inside else '')
    return labels


def _to_ns(text: str) -> int:
    """Nanoseconds of decimal seconds, exact where a float would not be.

    Raises:
        ValueError: it is no number, or one that is no time.
        OverflowError: it is infinite.
    """
    whole, _, fraction = text.strip().partition('.')
    if not whole.isdecimal() or (fraction and not fraction.isdecimal()):
        time_ns = round(float(text) * 1e9)
    else:
        time_ns = int(whole) * 1_000_000_000 + int((fraction + '0' * 9)[:9])
    if abs(time_ns) >= _LATEST_NS:
        raise ValueError('no time')
    return time_ns


def _seconds(time_ns: int) -> str:
    whole, fraction = divmod(abs(time_ns), 1_000_000_000)
    return f'{"-" * (time_ns < 0)}{whole}.{fraction:09d}'
