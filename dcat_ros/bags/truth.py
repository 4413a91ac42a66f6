"""The truth of a bag: of a topic in it, or of a file beside it."""

from collections.abc import Collection
from pathlib import Path

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.topics import STRING_TYPE
from dcat_ros.errors import BagError, MessageError
from dcat_ros.messages.cdr import read_head
from dcat_ros.messages.text import decode_string
from dcat_ros.segment import Segment
from dcat_ros.sensors.registry import heard
from dcat_ros.truth import from_changes, from_first_reading, read_csv

__all__ = ['require_truth', 'stamp_of', 'truth_of']


def truth_of(bag: BagReader, truth: str, sensor_topics: Collection[str]) -> list[Segment]:
    """Stretches with a label; the last one of a topic ends where the sensors do.

    Args:
        bag: open.
        truth: a topic, which begins with a slash and is there, or else the path of a CSV file.
        sensor_topics: of the sensors.

    Raises:
        InputError: it is unusable.
    """
    if not truth.startswith('/') or (truth not in bag.topics and Path(truth).is_file()):
        first = next(bag.messages(sensor_topics), None)
        return from_first_reading(read_csv(Path(truth)), first and stamp_of(first))
    require_truth(bag, truth)
    changes: list[tuple[int, str]] = []
    end_ns = 0
    for message in bag.messages({truth, *sensor_topics}):
        end_ns = max(end_ns, message.log_time_ns)
        if message.topic == truth:
            try:
                changes.append((message.log_time_ns, decode_string(message.data)))
            except MessageError as problem:
                raise BagError(f'{bag.path}: a message of {truth}: {problem}') from None
    return from_changes(changes, end_ns)


def require_truth(bag: BagReader, topic: str) -> None:
    """Check that the topic of the truth is there.

    Raises:
        BagError: it is not; the sentence says where else labels may stand.
    """
    try:
        bag.require(topic, STRING_TYPE)
    except BagError as problem:
        if topic in bag.topics or not bag.topics:
            raise
        raise BagError(
            f'{problem} Labels may stand in a file, too (--truth labels.csv); '
            f'"dcat label {bag.path}" writes one.'
        ) from None


def stamp_of(message: RawMessage) -> int:
    """A header's stamp; the log time where there is none."""
    if any(message.type_name in live.headerless for live in heard().values()):
        return message.log_time_ns
    try:
        return read_head(message.data).stamp_ns or message.log_time_ns
    except MessageError:
        return message.log_time_ns
