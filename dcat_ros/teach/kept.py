"""The recordings of what was taught, in a folder of the user's, so that the next model learns it.

They lie there as a data set of bags: `bags/bags.csv` names them (`dcat_ros.bags.lines`), and a
folder for each holds a truth, and the bag where it was recorded while somebody taught. A user may
add bags and truths of his own: these are read like the others, and never written or deleted.
"""

import csv
import io
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dcat_ros.bags.lines import Line, bag_lines, line_model
from dcat_ros.bags.raw import write_raw
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.errors import DatasetError, OutputError
from dcat_ros.files import write_whole
from dcat_ros.segment import Segment
from dcat_ros.sensors.names import topics_and_settings
from dcat_ros.truth import csv_text, read_csv

__all__ = ['forget', 'keep', 'kept_lines', 'n_kept', 'place_of', 'today']

_BAG, _TRUTH = 'bag', 'truth.csv'
#: How a folder is called that `keep` makes.
_MADE = re.compile(r'\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d_[^/]*')


def today() -> str:
    """Date, ISO 8601."""
    return datetime.now(timezone.utc).date().isoformat()


def place_of(folder: Path) -> Path:
    """Where the recordings lie in the user's folder."""
    return folder / 'bags'


def kept_lines(folder: Path) -> list[Line]:
    """What is kept in the user's folder; none if nothing is.

    Raises:
        DatasetError: the table makes no sense.
    """
    table = place_of(folder) / 'bags.csv'
    return bag_lines(table) if table.is_file() else []


def keep(
    folder: Path,
    recording: Path | Sequence[RawMessage],
    segments: Sequence[Segment],
    person: str,
    given: Mapping[str, Any],
) -> Line:
    """Keep takes: messages as a bag, or the name of a bag that lies elsewhere.

    Of a bag that the user named himself in the table, his own truth holds.

    Args:
        folder: of the user.
        recording: what was heard, or the bag.
        segments: the takes.
        person: who did them.
        given: topics and settings of the sensors.

    Raises:
        OutputError: nothing can be written there.
        DatasetError: the table of what is kept makes no sense.
    """
    lines, place = kept_lines(folder), place_of(folder)
    # in capitals nobody has two names
    known = {line.subject.casefold(): line.subject for line in lines}
    person = known.get(person.casefold(), person)
    if isinstance(recording, Path):
        again = [line for line in lines if (place / line.bag).resolve() == recording.resolve()]
        if again:
            if _made_for(place, again[0]) is not None:
                _write_truth(place / again[0].truth, _united(place / again[0].truth, segments))
            return again[0]
    stamp = datetime.now(timezone.utc).strftime('%Y-%m-%dT%H-%M-%S')
    name = _free(place, f'{stamp}_{_as_name(segments[0].label)}')
    bag = f'{name}/{_BAG}'
    if isinstance(recording, Path):
        bag = str(recording.resolve())
    else:
        write_raw(place / bag, recording)
    _write_truth(place / name / _TRUTH, segments)
    usual = topics_and_settings({})
    changed = {key: value for key, value in given.items() if value != usual[key]}
    line = line_model().model_validate(
        {'bag': bag, 'subject': person, 'truth': f'{name}/{_TRUTH}', **changed}
    )
    _write_table(place, [*lines, line])
    return line


def n_kept(folder: Path, label: str) -> int:
    """How many takes of a label are kept, and would be forgotten.

    Raises:
        InputError: what is kept makes no sense.
    """
    return sum(segment.label == label for _, truth in _made(folder) for segment in truth)


def forget(folder: Path, label: str) -> int:
    """Delete what is kept of a label: its takes, and recordings of nothing else.

    Bags that lie elsewhere stay, and so does all that `keep` did not make. What cannot be read is
    found before anything is deleted, and the table stops naming a recording before that goes.

    Returns:
        The number of takes.

    Raises:
        OutputError: it cannot be deleted.
        InputError: what is kept makes no sense.
    """
    place = place_of(folder)
    found = [(line, truth) for line, truth in _made(folder) if any(s.label == label for s in truth)]
    gone = []
    for line, truth in found:
        others = [segment for segment in truth if segment.label != label]
        if others:
            _write_truth(place / line.truth, others)
        else:
            gone.append(line)
    if gone:
        _write_table(place, [line for line in kept_lines(folder) if line not in gone])
    for line in gone:
        _delete(place, line)
    return sum(segment.label == label for _, truth in found for segment in truth)


def _made(folder: Path) -> list[tuple[Line, list[Segment]]]:
    """The lines that `keep` wrote, with what their truths say."""
    place = place_of(folder)
    return [
        (line, read_csv(place / line.truth))
        for line in kept_lines(folder)
        if _made_for(place, line) is not None
    ]


def _made_for(place: Path, line: Line) -> Path | None:
    """The folder that `keep` made for a line; None where the truth is somebody's own."""
    name, _, file = line.truth.partition('/')
    return place / name if _MADE.fullmatch(name) and file == _TRUTH else None


def _delete(place: Path, line: Line) -> None:
    """Delete what `keep` wrote for a line, and its folder if nothing else lies there.

    Raises:
        OutputError: it cannot be deleted.
    """
    made = _made_for(place, line)
    assert made is not None
    try:
        if line.bag == f'{made.name}/{_BAG}':
            shutil.rmtree(made / _BAG)
        (made / _TRUTH).unlink()
    except OSError as problem:
        raise OutputError(f'{made} cannot be deleted: {problem.strerror}.') from None
    with suppress(OSError):
        made.rmdir()


def _united(path: Path, segments: Sequence[Segment]) -> list[Segment]:
    """What a truth says already, and what else is said now; where both speak, the latter."""
    before = [
        known
        for known in read_csv(path)
        if all(known.end_ns <= s.start_ns or known.start_ns >= s.end_ns for s in segments)
    ]
    return sorted([*before, *segments], key=lambda segment: segment.start_ns)


def _write_truth(path: Path, segments: Sequence[Segment]) -> None:
    write_whole(path, csv_text(segments).encode())


def _write_table(place: Path, lines: Sequence[Line]) -> None:
    path = place / 'bags.csv'
    if not lines:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO()
    rows = csv.DictWriter(text, list(line_model().model_fields), lineterminator='\n')
    rows.writeheader()
    for line in lines:
        usual = {name: field.default for name, field in line_model().model_fields.items()}
        rows.writerow({k: v for k, v in line.model_dump().items() if v != usual[k]})
    write_whole(path, text.getvalue().encode())


def _as_name(label: str) -> str:
    """A label as part of a folder's name."""
    return ''.join(c if c.isalnum() or c in '-_' else '_' for c in label)[:40]


def _free(place: Path, name: str) -> str:
    for number in range(1, 1000):
        free = name if number == 1 else f'{name}_{number}'
        if not (place / free).exists():
            return free
    raise DatasetError(f'{place} holds a thousand recordings of one second; empty it.')
