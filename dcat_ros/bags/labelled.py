"""`bags`: bags of one's own, whose truth says when the person did what.

A folder `bags` with a file `bags.csv`, a line for each bag. Every stretch of the truth is a trial.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import pydantic
from pydantic import Field

from dcat_ros.bags.camera import camera_beside
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.sensor_topic import SENSORS, sensor_topic
from dcat_ros.bags.signals import IMU_RATE_HZ, Cut, depth_signals, imu_signals, sound_signals
from dcat_ros.bags.topics import STRING_TYPE, TRUTH_TOPIC
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
from dcat_ros.errors import BagError, DatasetError, InputError, MessageError
from dcat_ros.messages.audio import HEADERLESS_TYPES
from dcat_ros.messages.cdr import read_head
from dcat_ros.messages.text import decode_string
from dcat_ros.segment import REST, Segment
from dcat_ros.streaming.sound import HIGHEST_HZ, LOWEST_HZ
from dcat_ros.texts import read_table
from dcat_ros.truth import from_changes, from_first_reading, read_csv

__all__ = ['MODALITIES', 'Line', 'load']

MODALITIES = ('imu', 'depth', 'audio')

#: No activities: stillness is made by the training, and `unknown` is what a model says by itself.
_NO_TRIAL = (REST, 'unknown')
_LONGEST_S = 30  # a longer stretch becomes several trials: one crop, one array each


class Line(pydantic.BaseModel):
    """A line of `bags.csv`; what is empty or has no column has its default.

    Attributes:
        bag: folder or file, as seen from the folder of `bags.csv`.
        subject: who is in it.
        truth: topic of std_msgs/String, or a CSV file with start, end and label beside the bags.
        imu: topic; without it the bag's only one of the type, or the usual one.
        accel: topic of the acceleration, where a driver publishes the halves of an inertial sensor
            by themselves; goes with gyro.
        gyro: topic of the angular rate; goes with accel.
        ignore_covariance: whether inertial values count that a covariance calls "not reported".
        image: likewise, of depth pictures.
        audio: likewise, of sound.
        focal: focal length in pixels of the depth pictures; from `camera_info` beside them if 0.
        max_range: depth readings beyond so many metres are none.
        sample_rate: of sound in Hz, where the messages do not say it.
        channels: of sound, where the messages do not say it.
    """

    model_config = pydantic.ConfigDict(extra='forbid', frozen=True)

    bag: Annotated[str, Field(min_length=1)]
    subject: Annotated[str, Field(min_length=1)]
    truth: str = TRUTH_TOPIC
    imu: str = ''
    accel: str = ''
    gyro: str = ''
    ignore_covariance: bool = False
    image: str = ''
    audio: str = ''
    focal: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    max_range: Annotated[float, Field(gt=0)] = float('inf')
    sample_rate: Annotated[int, Field(ge=LOWEST_HZ, le=HIGHEST_HZ)] = 16_000
    channels: Annotated[int, Field(ge=1, le=64)] = 1

    def topic_of(self, modality: str) -> str:
        """The topic that is named for a modality, or empty."""
        imu = self.gyro or self.imu
        return {'imu': imu, 'depth': self.image, 'audio': self.audio}[modality]

    @pydantic.model_validator(mode='after')
    def _both_halves(self) -> 'Line':
        if bool(self.accel) != bool(self.gyro) or (self.accel and self.imu):
            raise ValueError('accel and gyro go together, and without imu')
        return self


def load(
    data_dir: Path | None,
    modalities: Collection[str] = ('imu',),
    progress: Progress | None = None,
) -> Dataset:
    """Read the bags that `data_dir/bags/bags.csv` names.

    Args:
        data_dir: the folder of all data sets.
        modalities: signals that every trial shall have, of `MODALITIES`: 'imu' (n, 6) on a grid of
            50 Hz, 'depth' (n, 2, 32, 32), 'audio' (n, 1) at 16 kHz.
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
    lines = _lines(folder / 'bags.csv')
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
        rate_hz=IMU_RATE_HZ,
        stamps='of the messages',
    )
    return Dataset(info, tuple(trials), tuple(skipped), tuple(doubts))


def _lines(path: Path) -> list[Line]:
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
                    f'commas, and may be {", ".join(Line.model_fields)}.'
                )
            for row in rows:
                cells = {
                    (key or '').strip(): value.strip() if isinstance(value, str) else value
                    for key, value in row.items()
                }
                try:
                    line = Line.model_validate({k: v for k, v in cells.items() if v})
                except pydantic.ValidationError as problem:
                    first = problem.errors()[0]
                    column = '.'.join(str(part) for part in first['loc'])
                    raise DatasetError(
                        f'{path}, line {rows.line_num}: {column or "a value without a column"}: '
                        f'{first["msg"]}; the columns are {", ".join(Line.model_fields)}.'
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
        topics = {m: sensor_topic(bag, m, line.topic_of(m), 'in a column ') for m in modalities}
        segments = _truth(bag, folder, line, topics.values())
        usable = [s for s in segments if s.label not in _NO_TRIAL]
        if not usable:
            raise BagError(f'its truth, {line.truth}, names no activity.')
        pieces = [piece for segment in usable for piece in _pieces(segment)]
        if line.accel and 'imu' in modalities:
            bag.require_one_of(line.accel, SENSORS['imu'][2])
        signals = {}
        for modality in modalities:
            found: list[Doubt] = []
            topic = topics[modality]
            signals[modality] = _signals(bag, modality, topic, line, pieces, found)
            doubts += [Skipped(f'{line.bag}, {topic}', doubt.sentence) for doubt in found]
        skipped += [Skipped(f'the rest of {line.bag}', note.rstrip('.')) for note in bag.notes]
    for i, piece in enumerate(pieces):
        name = f'{line.bag}#{i}'
        cuts = {modality: signals[modality][i] for modality in modalities}
        whole = {m: cut for m, cut in cuts.items() if isinstance(cut, Signal)}
        for modality, cut in cuts.items():
            if isinstance(cut, str):
                why = f'{piece.label}, at {piece.start_ns / 1e9:.1f} s: {modality}: {cut}'
                skipped.append(Skipped(name, why))
                break
        else:
            trials.append(Trial(name, piece.label, line.subject, line.bag, whole))


def _stamp_of(message: RawMessage) -> int:
    """A header's stamp; the log time where there is none."""
    if message.type_name in HEADERLESS_TYPES:
        return message.log_time_ns
    try:
        return read_head(message.data).stamp_ns or message.log_time_ns
    except MessageError:
        return message.log_time_ns


def _truth(
    bag: BagReader, folder: Path, line: Line, sensor_topics: Collection[str]
) -> list[Segment]:
    """Stretches with a label; the last one of a topic ends where the sensors do."""
    if not line.truth.startswith('/'):
        first = next(bag.messages(sensor_topics), None)
        return from_first_reading(read_csv(folder / line.truth), first and _stamp_of(first))
    bag.require(line.truth, STRING_TYPE)
    changes: list[tuple[int, str]] = []
    end_ns = 0
    for message in bag.messages({line.truth, *sensor_topics}):
        end_ns = max(end_ns, message.log_time_ns)
        if message.topic == line.truth:
            try:
                changes.append((message.log_time_ns, decode_string(message.data)))
            except MessageError as problem:
                raise BagError(f'{bag.path}: a message of {line.truth}: {problem}') from None
    return from_changes(changes, end_ns)


def _signals(
    bag: BagReader,
    modality: str,
    topic: str,
    line: Line,
    pieces: Sequence[Segment],
    doubts: list[Doubt],
) -> list[Cut]:
    if modality == 'imu':
        by_receipt = line.truth.startswith('/')
        return imu_signals(
            bag, topic, pieces, line.accel, line.ignore_covariance, doubts, by_receipt
        )
    if modality == 'audio':
        return sound_signals(bag, topic, pieces, line.sample_rate, line.channels, doubts)
    camera = (line.focal, None) if line.focal > 0 else camera_beside(bag, topic)
    return depth_signals(bag, topic, pieces, camera, line.max_range, doubts)


def _pieces(segment: Segment) -> Iterator[Segment]:
    """A stretch in equal pieces of at most 30 s."""
    length_ns = segment.end_ns - segment.start_ns
    n = -(-length_ns // (_LONGEST_S * 1_000_000_000))
    edges = [segment.start_ns + length_ns * i // n for i in range(n + 1)]
    for start_ns, end_ns in pairwise(edges):
        yield Segment(start_ns, end_ns, segment.label)
