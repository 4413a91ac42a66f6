"""Writing labelled recordings as a rosbag2 bag: messages of the usual sensor, and the truth."""

import sqlite3  # what rosbags writes .db3 files with
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rosbags.rosbag2 import StoragePlugin, Writer

from dcat_ros.bags.messages import Messages
from dcat_ros.datasets import Dataset, Signal
from dcat_ros.datasets.continuous import join
from dcat_ros.errors import BagError, DatasetError, OutputError
from dcat_ros.files import exists
from dcat_ros.segment import Segment
from dcat_ros.sensors.names import topics_and_settings
from dcat_ros.sensors.registry import USUAL, find_sensor, heard, to_bag_of

__all__ = ['BEGIN_NS', 'NO_LABEL', 'STORAGES', 'make_bag', 'new_bag', 'write_bag']

#: What `activity_truth` says where there is no truth.
NO_LABEL = ''
STORAGES = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}
#: Bags begin at this time: synthetic, but plausible to every tool. 2026-01-01 00:00:00 UTC.
BEGIN_NS = 1_767_225_600 * 1_000_000_000
#: Silence between two pieces: longer than any `max_gap`, so that no window spans both.
_PAUSE_NS = 5_000_000_000


@dataclass(frozen=True)
class Piece:
    """A stretch without a hole: a signal and its truth, both with stamps from 0."""

    signal: Signal
    segments: tuple[Segment, ...]


def make_bag(
    dataset: Dataset,
    out: Path,
    *,
    continuous: bool = False,
    storage: str = 'mcap',
    seed: int = 0,
) -> None:
    """Write a data set's trials to a new bag.

    Args:
        dataset: what to write.
        out: the bag's folder, which must not exist.
        continuous: join each subject's trials with 1 to 3 s of stillness (a synthetic joining,
            see `datasets.continuous`); otherwise 5 s of silence lie between two trials.
        storage: 'mcap' or 'sqlite3'.
        seed: draws order and pauses of the joining.

    Raises:
        DatasetError: a trial has no recording of the usual sensor.
        OutputError: `out` exists or cannot be written.
        BagError: the storage is not known.
    """
    lacking = next((trial.name for trial in dataset.trials if USUAL not in trial.signals), None)
    if lacking is not None:
        raise DatasetError(f'{lacking} of {dataset.info.name} has no {USUAL}; name its --sensors.')
    pieces: list[Piece] = []
    if continuous:
        rng = np.random.default_rng(seed)
        for subject in dataset.subjects:
            trials = [trial for trial in dataset.trials if trial.subject == subject]
            whole = join(trials, rng, sensor=find_sensor(USUAL))
            pieces.append(Piece(whole.signal, whole.segments))
    else:
        for trial in dataset.trials:
            signal = trial.signals[USUAL]
            end_ns = int(signal.stamps_ns[-1]) + 1
            pieces.append(Piece(signal, (Segment(0, end_ns, trial.label),)))
    write_bag(pieces, out, storage=storage)


@contextmanager
def new_bag(out: Path, storage: str) -> Iterator[Writer]:
    """A writer of a bag that is there once everything is written, and not at all otherwise.

    Raises:
        OutputError: `out` exists or cannot be written.
        BagError: the storage is not known.
    """
    if storage not in STORAGES:
        raise BagError(f'storage {storage!r} is not known; choose {" or ".join(STORAGES)}.')
    if exists(out):
        raise OutputError(f'{out} exists already; choose another name or remove it.')
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # written aside under its final name, which stands in its metadata too
        with TemporaryDirectory(prefix=f'.{out.name}-', dir=out.parent) as aside:
            part = Path(aside) / out.name
            with Writer(part, version=9, storage_plugin=STORAGES[storage]) as writer:
                yield writer
            part.rename(out)
    except (OSError, sqlite3.Error) as problem:
        raise OutputError(f'{out} cannot be written: {problem}') from None


def write_bag(pieces: Iterable[Piece], out: Path, *, storage: str = 'mcap') -> None:
    """Write pieces of the usual sensor one after another, 5 s apart, to a new bag.

    The stamp of a message is also its log time. `activity_truth` gets the label at the start of
    every segment and an empty string at the end of a piece.

    Raises:
        OutputError: `out` exists or cannot be written.
        BagError: the storage is not known.
    """
    to_bag, given = to_bag_of(heard()[USUAL]), topics_and_settings({})
    with new_bag(out, storage) as writer:
        messages = Messages(writer)
        begin_ns = BEGIN_NS
        for piece in pieces:
            waiting = list(piece.segments)
            made = to_bag.messages(messages.types, piece.signal, given, begin_ns)
            for stamp_ns, topic, message in made:
                while waiting and begin_ns + waiting[0].start_ns <= stamp_ns:
                    segment = waiting.pop(0)
                    messages.say(segment.label, begin_ns + segment.start_ns)
                messages.write(topic, to_bag.topics[topic], stamp_ns, message)
            end_ns = begin_ns + piece.segments[-1].end_ns
            messages.say(NO_LABEL, end_ns)
            begin_ns = end_ns + _PAUSE_NS
