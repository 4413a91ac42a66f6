"""`bags`: bags of one's own, whose truth says when the person did what.

A folder `bags` with a file `bags.csv`, a line for each bag. Every stretch of the truth is a trial.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dcat_ros.bags.lines import Line, bag_lines
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.sensor_topic import sensor_topic
from dcat_ros.bags.truth import stamp_of, truth_of
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
from dcat_ros.sensors.registry import USUAL, sensors
from dcat_ros.shelf import Shelf
from dcat_ros.user_cache import folder as cache_folder

__all__ = ['MODALITIES', 'Reading', 'load', 'load_lines']


def _heard_signals() -> dict[str, tuple[str, Live]]:
    """Signal of a trial -> the sensor that it is of, and how its messages come."""
    return {
        sensor.signal: (sensor.name, sensor.live)
        for sensor in sensors().values()
        if sensor.live is not None
    }


MODALITIES = tuple(_heard_signals())
#: Nominal rate of the samples of sensors that say no other.
_RATE_HZ = 50.0

#: No activities: stillness is made by the training, and `unknown` is what a model says by itself.
_NO_TRIAL = (REST, 'unknown')
_LONGEST_S = 30  # a longer stretch becomes several trials: one crop, one array each


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
    reading = Reading(shelf=Shelf(cache_folder()))
    return load_lines(folder, bag_lines(folder / 'bags.csv'), modalities, progress, reading)


@dataclass(frozen=True)
class Reading:
    """How bags are read.

    Attributes:
        clock: the sensor whose whole recording is cut into pieces without a label; without it the
            stretches of the truth are read.
        ahead_s: of bags, by their names in `bags.csv`, how much later the stamps of a sensor are
            than those of the others.
        shelf: takes the signals; without it they are in memory.
        most_pieces: of a whole recording only so many are read, of 30 s each; all without it.
    """

    clock: str = ''
    ahead_s: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    shelf: Shelf | None = None
    most_pieces: int | None = None

    def keep(self, values: NDArray[Any]) -> NDArray[Any]:
        """The values of a stretch, on the shelf if there is one."""
        return values if self.shelf is None else self.shelf.put(values)


def load_lines(
    folder: Path,
    lines: Sequence[Line],
    modalities: Sequence[str],
    progress: Progress | None = None,
    reading: Reading | None = None,
) -> Dataset:
    """Read some bags.

    Args:
        folder: from which the bags are seen.
        lines: names them, and what their messages do not say.
        modalities: see `load`.
        progress: is told how many bags of how many are read.
        reading: how; as `load` does without it.
    """
    reading = reading or Reading()
    trials: list[Trial] = []
    skipped: list[Skipped] = []
    doubts: list[Skipped] = []
    for done, line in enumerate(lines):
        if progress is not None:
            progress(done, len(lines))
        try:
            _read(folder, line, modalities, reading, trials, skipped, doubts)
        except InputError as problem:
            skipped.append(Skipped(line.bag, str(problem).rstrip('.')))
    labels = tuple(sorted({trial.label for trial in trials} - {''}))
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


def _read(
    folder: Path,
    line: Line,
    modalities: Sequence[str],
    reading: Reading,
    trials: list[Trial],
    skipped: list[Skipped],
    doubts: list[Skipped],
) -> None:
    """Add the trials of one bag."""
    with BagReader(folder / line.bag) as bag:
        lives = {m: _heard_signals()[m][1] for m in modalities}
        topics = {
            m: sensor_topic(bag, _heard_signals()[m][0], live, line.topic_of(live), 'in a column ')
            for m, live in lives.items()
        }
        if reading.clock:
            everything = _pieces(_whole(bag, topics[reading.clock]))
            pieces = list(islice(everything, reading.most_pieces))
        else:
            pieces = _stretches(bag, folder, line, topics.values())
        given = line.given()
        for live in lives.values():
            for part in live.parts:
                if given[part]:
                    bag.require_one_of(given[part], live.types)
        signals = {}
        for modality in modalities:
            found: list[Doubt] = []
            topic = topics[modality]
            by_receipt = line.truth.startswith('/') and not reading.clock
            ahead_ns = round(reading.ahead_s.get(line.bag, {}).get(modality, 0.0) * 1e9)
            own = [Segment(p.start_ns + ahead_ns, p.end_ns + ahead_ns, p.label) for p in pieces]
            asked = Stretches(bag, topic, own, given, found, by_receipt, reading.keep)
            signals[modality] = lives[modality].cuts(asked)
            doubts += [Skipped(f'{line.bag}, {topic}', doubt.sentence) for doubt in found]
        skipped += [Skipped(f'the rest of {line.bag}', note.rstrip('.')) for note in bag.notes]
    for i, piece in enumerate(pieces):
        name = f'{line.bag}#{i}'
        of_piece = {modality: signals[modality][i] for modality in modalities}
        whole = {m: cut for m, cut in of_piece.items() if isinstance(cut, Signal)}
        for modality, cut in of_piece.items():
            if isinstance(cut, str):
                label = f'{piece.label}, ' if piece.label else ''
                why = f'{label}at {piece.start_ns / 1e9:.1f} s: {modality}: {cut}'
                skipped.append(Skipped(name, why))
                break
        else:
            trials.append(Trial(name, piece.label, line.subject, line.bag, whole))


def _stretches(bag: BagReader, folder: Path, line: Line, topics: Collection[str]) -> list[Segment]:
    """What the truth names, in pieces.

    Raises:
        InputError: it cannot be used, or names nothing.
    """
    truth = line.truth if line.truth.startswith('/') else str(folder / line.truth)
    usable = [s for s in truth_of(bag, truth, topics) if s.label not in _NO_TRIAL]
    if not usable:
        raise BagError(f'its truth, {line.truth}, names no activity.')
    return [piece for segment in usable for piece in _pieces(segment)]


def _whole(bag: BagReader, topic: str) -> Segment:
    """From the first reading of a sensor to the end of the bag, without a label.

    Raises:
        BagError: there is no reading.
    """
    first = next(bag.messages([topic]), None)
    if first is None:
        raise BagError(f'{bag.path}: there is no message on {topic}.')
    duration_s = bag.duration_s
    if duration_s is None:  # of a bag that was cut off nobody has written it down
        last_ns = max(message.log_time_ns for message in bag.messages([topic]))
        duration_s = (last_ns - first.log_time_ns) / 1e9
    begin_ns = stamp_of(first)
    return Segment(begin_ns, begin_ns + max(1, round(duration_s * 1e9)), '')


def _pieces(segment: Segment) -> Iterator[Segment]:
    """A stretch in equal pieces of at most 30 s."""
    length_ns = segment.end_ns - segment.start_ns
    n = -(-length_ns // (_LONGEST_S * 1_000_000_000))
    edges = [segment.start_ns + length_ns * i // n for i in range(n + 1)]
    for start_ns, end_ns in pairwise(edges):
        yield Segment(start_ns, end_ns, segment.label)
