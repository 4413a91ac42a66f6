"""Labels from and to the files of other programs, on the clock of a recording."""

from collections.abc import Sequence
from pathlib import Path

from dcat_ros.errors import ConfigError, InputError
from dcat_ros.label.audacity import audacity_text, read_audacity
from dcat_ros.label.elan import elan_text, read_elan
from dcat_ros.label.intervals import checked, moved
from dcat_ros.segment import Segment
from dcat_ros.truth import csv_text, from_first_reading, parse_csv_of_others, to_first_reading

__all__ = ['FORMATS', 'format_of', 'read_as', 'written_as']

#: Ending of a file's name -> whose it is.
FORMATS = {'.csv': 'csv', '.txt': 'audacity', '.eaf': 'elan'}


def format_of(path: Path) -> str:
    """Whose file it is, by its ending.

    Raises:
        ConfigError: nobody's.
    """
    found = FORMATS.get(path.suffix.lower())
    if found is None:
        raise ConfigError(
            f'{path} is of no format that is known: .csv, .txt (label track of Audacity) or .eaf '
            '(ELAN).'
        )
    return found


def read_as(format_name: str, data: bytes, where: str, begin_ns: int) -> tuple[list[Segment], int]:
    """Labels of a file.

    Args:
        format_name: one of `FORMATS`.
        data: of the file.
        where: its name, for the error.
        begin_ns: stamp of the recording's first reading, at which other programs begin.

    Returns:
        The labels on the clock of the stamps, and how many were left out since they have no length
        or no text.

    Raises:
        InputError: the file is damaged, or its labels make no sense.
    """
    if format_name == 'elan':
        segments, n_left = read_elan(data, where)
        return moved(segments, begin_ns), n_left
    try:
        text = data.decode('utf-8-sig')
    except UnicodeDecodeError:
        raise InputError(f'{where} cannot be read: it is no text in UTF-8.') from None
    if format_name == 'audacity':
        segments, n_left = read_audacity(text, where)
        return moved(segments, begin_ns), n_left
    segments, n_left = parse_csv_of_others(text, where)
    return checked(from_first_reading(segments, begin_ns), where), n_left


def written_as(format_name: str, segments: Sequence[Segment], begin_ns: int) -> str:
    """The text of a file; other programs know no time before the first reading.

    Args:
        format_name: one of `FORMATS`.
        segments: checked, on the clock of the stamps.
        begin_ns: as `read_as`.
    """
    if format_name == 'csv':
        return csv_text(to_first_reading(segments, begin_ns))
    own = [
        Segment(max(s.start_ns, 0), s.end_ns, s.label)
        for s in moved(segments, -begin_ns)
        if s.end_ns > 0
    ]
    return audacity_text(own) if format_name == 'audacity' else elan_text(own)
