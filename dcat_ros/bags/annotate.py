"""A copy of a bag with what models said of it, as if they had been there."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dcat_ros.bags.copy import BagCopy
from dcat_ros.bags.describe import TopicInfo
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.said_messages import ACTIVITY_TYPE, MARKERS_TYPE, SaidMessages
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.topics import STRING_TYPE
from dcat_ros.bags.write import new_bag
from dcat_ros.errors import BagError, MessageError, OutputError
from dcat_ros.messages.cdr import read_head
from dcat_ros.presence.activity import Activity
from dcat_ros.sensors.registry import heard
from dcat_ros.streaming.decision import Prediction

__all__ = ['Said', 'annotate', 'said_topics']

_SENSED = {kind for live in heard().values() for kind in live.types}
_STAMPED = _SENSED - {kind for live in heard().values() for kind in live.headerless}


@dataclass(frozen=True)
class Said:
    """What one model said of a bag.

    Attributes:
        name: of the model.
        sensor_topic: topic of the messages that it got.
        labels: of the model, in the order of the probabilities.
        predictions: in the order in which they were made.
        macro_f1: of the model's card; None if it has none.
        receive_time: the predictions' times are log times, whatever the headers say.
    """

    name: str
    sensor_topic: str
    labels: tuple[str, ...]
    predictions: Sequence[Prediction]
    macro_f1: float | None = None
    receive_time: bool = False

    @property
    def node_name(self) -> str:
        """Name of the node that is said to have said it: /dcat/ and the model's, as ROS has it."""
        token = re.sub(r'[^A-Za-z0-9_]', '_', self.name)
        return f'/dcat/{"_" if token[:1].isdigit() else ""}{token}'


def said_topics(said: Said) -> dict[str, str]:
    """The topics that a model's predictions are written to, with their types."""
    types = {'label': STRING_TYPE, 'activity': ACTIVITY_TYPE, 'markers': MARKERS_TYPE}
    return {f'{said.node_name}/{name}': kind for name, kind in types.items()}


def annotate(path: Path, out: Path, said: Sequence[Said]) -> list[str]:
    """Copy a bag, and write each prediction behind the message that completed its window.

    Original messages keep their bytes, order, log time, and what is known of their topics: type,
    definition, QoS profiles. The copy is one file, without compression. A prediction has the log
    time of the message behind which it stands: the first one of the sensor whose stamp is not
    before the window's end. The bag's length does not matter for memory.

    Args:
        path: the bag's folder, or one .mcap or .db3 file, or a .bag of ROS 1.
        out: folder of the new bag; it is there once it is whole, and not at all otherwise.
        said: by each model.

    Returns:
        What a user should know, one sentence each.

    Raises:
        BagError: there is no bag, it lacks a sensor's topic, or has a model's topics already.
        OutputError: `out` exists, lies in the bag, or cannot be written.
    """
    if _lies_in(out, path):
        raise OutputError(f'{out} lies in the bag {path} itself; choose another place.')
    with BagReader(path) as bag:
        _check(bag, said)
        with new_bag(out, bag.storage) as writer:
            copy = BagCopy(writer, bag.storage)
            for info in bag.describe():
                copy.add(info)
            for topic, kind in _new_topics(said).items():
                copy.add(TopicInfo(topic, kind))
            speakers = [_Speaker(one, bag.topics[one.sensor_topic]) for one in said]
            last_ns = 0
            for message in bag.messages():
                copy.write(message)
                last_ns = max(last_ns, message.log_time_ns)
                for speaker in speakers:
                    for word in speaker.after(message):
                        copy.write(word)
            for speaker in speakers:
                for word in speaker.rest(last_ns):
                    copy.write(word)
        return bag.notes + copy.notes


class _Speaker:
    """Gives a model's messages when their time has come."""

    def __init__(self, said: Said, sensor_type: str):
        self._said = said
        self._sensor = said.sensor_topic, sensor_type
        self._messages = SaidMessages(said.node_name)
        self._label, self._activity, self._markers = said_topics(said).items()
        self._next = 0
        self._went_back = True

    def after(self, message: RawMessage) -> Iterator[RawMessage]:
        """What is said once this message has come."""
        if (message.topic, message.type_name) != self._sensor:
            return
        predictions = self._said.predictions
        stamp_ns = self._stamp_of(message)
        while stamp_ns is not None and self._next < len(predictions):
            end_ns = predictions[self._next].end_ns
            before_ns = predictions[self._next - 1].end_ns if self._next else end_ns
            # after a jump back in time: not before the sensor's stamps have jumped, too
            if stamp_ns < before_ns:
                self._went_back = True
            if end_ns > stamp_ns or (end_ns < before_ns and not self._went_back):
                return
            yield from self._say(message.log_time_ns)

    def rest(self, log_time_ns: int) -> Iterator[RawMessage]:
        """What has not been said by the end."""
        while self._next < len(self._said.predictions):
            yield from self._say(log_time_ns)

    def _say(self, log_time_ns: int) -> Iterator[RawMessage]:
        said, prediction = self._said, self._said.predictions[self._next]
        self._next += 1
        self._went_back = False
        labels = said.labels if prediction.probabilities else ()
        activity = Activity(prediction, labels, said.name, said.macro_f1)
        yield RawMessage(*self._label, log_time_ns, self._messages.label(prediction))
        yield RawMessage(*self._activity, log_time_ns, self._messages.activity(activity))
        yield RawMessage(*self._markers, log_time_ns, self._messages.markers(activity))

    def _stamp_of(self, message: RawMessage) -> int | None:
        """When a message was measured; None if it cannot be read, and no model could either."""
        if self._said.receive_time or message.type_name not in _STAMPED:
            return message.log_time_ns
        try:
            return read_head(message.data).stamp_ns or message.log_time_ns
        except MessageError:
            return None


def _new_topics(said: Sequence[Said]) -> dict[str, str]:
    return {topic: kind for one in said for topic, kind in said_topics(one).items()}


def _check(bag: BagReader, said: Sequence[Said]) -> None:
    """Every sensor's topic is there, and none of those that are to be written."""
    for one in said:
        there = bag.types.get(one.sensor_topic, ('any type',))
        # of several types on one topic a model heard the one of its sensor
        bag.require(one.sensor_topic, next((t for t in there if t in _SENSED), there[0]))
    names = [one.node_name for one in said]
    for one in said:
        if names.count(one.node_name) > 1:
            raise BagError(
                f'Two models would write to {one.node_name}; rename one of them (its card).'
            )
    for topic in _new_topics(said):
        if topic in bag.topics:
            raise BagError(
                f"{bag.path} has {topic} already, as a bag has in which a model's words were "
                'written before; take the original one.'
            )


def _lies_in(out: Path, path: Path) -> bool:
    try:
        return out.resolve().is_relative_to(path.resolve())
    except (OSError, ValueError):  # a name that no file can have: said when it is written
        return False
