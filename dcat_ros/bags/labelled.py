"""`bags`: bags of one's own, whose truth says when the person did what.

A folder `bags` with a file `bags.csv`, a line for each bag. Every stretch of the truth is a trial.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import pairwise
from math import isinf
from pathlib import Path
from typing import Annotated, Any

import pydantic
from pydantic import Field

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.sensor_topic import sensor_topic
from dcat_ros.bags.topics import TRUTH_TOPIC
from dcat_ros.bags.truth import truth_of
from dcat_ros.datasets.cache import Progress
from dcat_ros.datasets.trial import (
    Dataset,
    DatasetInfo,
    Signal,
    Skipped,
    Trial,
    chosen_modalities,
)
from dcat_ros.doubt import Doubt
from dcat_ros.errors import BagError, DatasetError, InputError
from dcat_ros.segment import REST, Segment
from dcat_ros.sensors.cut import Stretches
from dcat_ros.sensors.live import Live
from dcat_ros.sensors.names import topics_and_settings
from dcat_ros.sensors.registry import USUAL, heard
from dcat_ros.texts import read_table

__all__ = ['MODALITIES', 'Line', 'bag_lines', 'line_model', 'load']

MODALITIES = tuple(heard())
#: Nominal rate of the samples of sensors that say no other.
_RATE_HZ = 50.0

#: No activities: stillness is made by the training, and `unknown` is what a model says by itself.
_NO_TRIAL = (REST, 'unknown')
_LONGEST_S = 30  # a longer stretch becomes several trials: one crop, one array each


class Line(pydantic.BaseModel):
    """A line of `bags.csv`; what is empty or has no column has its default."""

    model_config = pydantic.ConfigDict(extra='forbid', frozen=True)

    bag: Annotated[str, Field(min_length=1)]
    subject: Annotated[str, Field(min_length=1)]
    truth: str = TRUTH_TOPIC

    def given(self) -> dict[str, Any]:
        """Topics and settings of all sensors."""
        return {name: getattr(self, name) for name in topics_and_settings({})}

    def topic_of(self, live: Live) -> str:
        """The topic that is named for a sensor, or empty; of parts that of the last one."""
        names = [getattr(self, name) for name in (*live.parts[-1:], live.called)]
        return next((name for name in names if name), '')

    @pydantic.model_validator(mode='after')
    def _all_parts(self) -> 'Line':
        for live in heard().values():
            named = [getattr(self, part) for part in live.parts]
            if any(named) and (not all(named) or getattr(self, live.called)):
                raise ValueError(
                    f'{" and ".join(live.parts)} go together, and without {live.called}'
                )
        return self


@cache
def line_model() -> type[Line]:
    """The columns of `bags.csv`: bag, subject, truth; of each sensor its topics and settings."""
    columns: dict[str, Any] = {}
    for live in heard().values():
        columns |= dict.fromkeys((live.called, *live.parts), (str, ''))
        for one in live.settings:
            number: dict[str, Any] = {}
            if one.low is not None:
                number |= {'ge': one.low, 'le': one.high}
            if isinstance(one.default, float):
                number['allow_inf_nan'] = isinf(one.default)
            limits: Any = Field(one.default, description=one.text, **number)
            columns[one.name] = (type(one.default), limits)
    return pydantic.create_model('Line', __base__=Line, **columns)


def load(
    data_dir: Path | None,
    modalities: Collection[str] = (USUAL,),
    progress: Progress | None = None,
) -> Dataset:
    """Read the bags that `data_dir/bags/bags.csv` names.

    Args:
        data_dir: the folder of all data sets.
        modalities: signals that every trial shall have, of the sensors whose messages are known;
            their `Live.cuts` say what they are.
        progress: is told how many bags of how many are read.

    Returns:
        A trial for each stretch of the truth, in pieces of at most 30 s; its source is the bag.
        Stretches without a whole recording are among the skipped; those of `rest` are left out,
        for training makes its own.

    Raises:
        DatasetError: no folder is given, or a line of `bags.csv` makes no sense.
    """
    modalities = chosen_modalities('bags', modalities, MODALITIES)
    if data_dir is None:
        raise DatasetError(
            'bags needs a folder: give --data DIR (with DIR/bags/bags.csv inside) or set DCAT_DATA.'
        )
    folder = data_dir / 'bags'
    lines = bag_lines(folder / 'bags.csv')
    trials: list[Trial] = []
    skipped: list[Skipped] = []
    doubts: list[Skipped] = []
    for done, line in enumerate(lines):
        if progress is not None:
            progress(done, len(lines))
        try:
            _read(folder, line, modalities, trials, skipped, doubts)
        except InputError as problem:
            skipped.append(Skipped(line.bag, str(problem).rstrip('.')))
    labels = tuple(sorted({trial.label for trial in trials}))
    info = DatasetInfo(
        name='bags',
        title=f'{len({trial.source for trial in trials})} bags',
        source='recorded by whoever trained the model',
        licence='theirs',
        labels=labels,
        rate_hz=_RATE_HZ,
        stamps='of the messages',
    )
    return Dataset(info, tuple(trials), tuple(skipped), tuple(doubts))


def bag_lines(path: Path) -> list[Line]:
    """The lines of a `bags.csv`.

    Raises:
        DatasetError: it cannot be read, names no bag, or a line makes no sense.
    """
    lines: list[Line] = []
    seen: set[Path] = set()
    spelled: dict[str, str] = {}
    what = 'It names the bags, with the columns bag and subject; --data is the folder above "bags".'
    try:
        table = read_table(path, DatasetError)
    except DatasetError as problem:
        raise DatasetError(f'{str(problem).rstrip(".")}. {what}') from None
    try:
        with table as file:
            rows = csv.DictReader(file, restkey='')
            columns = {(name or '').strip() for name in rows.fieldnames or ()}
            if lacking := sorted({'bag', 'subject'} - columns):
                raise DatasetError(
                    f'{path}, line 1: there is no column {lacking[0]}; columns are separated by '
                    f'commas, and may be {", ".join(line_model().model_fields)}.'
                )
            for row in rows:
                cells = {
                    (key or '').strip(): value.strip() if isinstance(value, str) else value
                    for key, value in row.items()
                }
                try:
                    line = line_model().model_validate({k: v for k, v in cells.items() if v})
                except pydantic.ValidationError as problem:
                    first = problem.errors()[0]
                    column = '.'.join(str(part) for part in first['loc'])
                    raise DatasetError(
                        f'{path}, line {rows.line_num}: {column or "a value without a column"}: '
                        f'{first["msg"]}; the columns are {", ".join(line_model().model_fields)}.'
                    ) from None
                place = (path.parent / line.bag).resolve()
                if place in seen:
                    raise DatasetError(
                        f'{path}, line {rows.line_num}: {line.bag} stands in a line above.'
                    )
                seen.add(place)
                subject = spelled.setdefault(line.subject.casefold(), line.subject)
                if subject != line.subject:
                    raise DatasetError(
                        f'{path}, line {rows.line_num}: {line.subject} and {subject} differ in '
                        'capitals alone: nobody may have two names.'
                    )
                lines.append(line)
    # a bag of a name that no file can have is an OSError, a RuntimeError where links go round
    except (csv.Error, ValueError, OSError, RuntimeError) as problem:
        raise DatasetError(f'{path} cannot be read ({problem}). {what}') from None
    if not lines:
        raise DatasetError(f'{path} names no bag: its first line is "bag,subject", others follow.')
    return lines


def _read(
    folder: Path,
    line: Line,
    modalities: Sequence[str],
    trials: list[Trial],
    skipped: list[Skipped],
    doubts: list[Skipped],
) -> None:
    """Add the trials of one bag."""
    with BagReader(folder / line.bag) as bag:
        lives = {m: heard()[m] for m in modalities}
        topics = {
            m: sensor_topic(bag, m, live, line.topic_of(live), 'in a column ')
            for m, live in lives.items()
        }
        truth = line.truth if line.truth.startswith('/') else str(folder / line.truth)
        segments = truth_of(bag, truth, topics.values())
        usable = [s for s in segments if s.label not in _NO_TRIAL]
        if not usable:
            raise BagError(f'its truth, {line.truth}, names no activity.')
        pieces = [piece for segment in usable for piece in _pieces(segment)]
        given = line.given()
        for live in lives.values():
            for part in live.parts:
                if given[part]:
                    bag.require_one_of(given[part], live.types)
        signals = {}
        for modality in modalities:
            found: list[Doubt] = []
            topic = topics[modality]
            by_receipt = line.truth.startswith('/')
            asked = Stretches(bag, topic, pieces, given, found, by_receipt)
            signals[modality] = lives[modality].cuts(asked)
            doubts += [Skipped(f'{line.bag}, {topic}', doubt.sentence) for doubt in found]
        skipped += [Skipped(f'the rest of {line.bag}', note.rstrip('.')) for note in bag.notes]
    for i, piece in enumerate(pieces):
        name = f'{line.bag}#{i}'
        own = {modality: signals[modality][i] for modality in modalities}
        whole = {m: cut for m, cut in own.items() if isinstance(cut, Signal)}
        for modality, cut in own.items():
            if isinstance(cut, str):
                why = f'{piece.label}, at {piece.start_ns / 1e9:.1f} s: {modality}: {cut}'
                skipped.append(Skipped(name, why))
                break
        else:
            trials.append(Trial(name, piece.label, line.subject, line.bag, whole))


def _pieces(segment: Segment) -> Iterator[Segment]:
    """A stretch in equal pieces of at most 30 s."""
    length_ns = segment.end_ns - segment.start_ns
    n = -(-length_ns // (_LONGEST_S * 1_000_000_000))
    edges = [segment.start_ns + length_ns * i // n for i in range(n + 1)]
    for start_ns, end_ns in pairwise(edges):
        yield Segment(start_ns, end_ns, segment.label)
