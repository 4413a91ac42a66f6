"""Serialised messages in memory as a recording, and as a bag."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from rosbags.typesys import Stores, get_typestore

from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.write import new_bag
from dcat_ros.errors import BagError
from dcat_ros.messages.batch import Batch, Recorded

__all__ = ['HeardMessages', 'write_raw']


class HeardMessages:
    """Messages that were heard, as a `dcat_ros.sensors.recording.Recording`.

    Args:
        types: topic -> its ROS type.
        messages: in the order in which they came.
        path: what it is called.
    """

    def __init__(
        self, types: Mapping[str, str], messages: Sequence[RawMessage], path: Path
    ) -> None:
        self.path = path
        self.topics = dict(types)
        self.types = {topic: (kind,) for topic, kind in types.items()}
        self._messages = messages

    def require(self, topic: str, type_name: str) -> None:
        """See that a topic has this type.

        Raises:
            BagError: it has not.
        """
        if self.topics.get(topic) != type_name:
            raise BagError(f'{topic} is no {type_name}.')

    def messages(self, topics: Collection[str]) -> Iterator[RawMessage]:
        """The messages of these topics, in the order in which they came."""
        return (message for message in self._messages if message.topic in topics)

    def chunks(self, topics: Collection[str], n: int) -> Iterator[Batch]:
        """The same, up to n at once."""
        left = self.messages(topics)
        while some := list(islice(left, n)):
            yield Batch.of([Recorded(m.topic, m.data, m.log_time_ns) for m in some])

    def definition(self, topic: str) -> str:
        """Nobody says it."""
        return ''


def write_raw(out: Path, messages: Sequence[RawMessage], storage: str = 'mcap') -> None:
    """Write messages as they came to a new bag.

    Raises:
        OutputError: `out` exists or cannot be written.
        BagError: a type is none of ROS 2's usual ones.
    """
    store = get_typestore(Stores.ROS2_JAZZY)
    with new_bag(out, storage) as writer:
        connections = {}
        for message in messages:
            kind = message.type_name
            if message.topic not in connections:
                if kind not in store.types:
                    raise BagError(f'{message.topic} is {kind}, which cannot be written to a bag.')
                connections[message.topic] = writer.add_connection(
                    message.topic, kind, typestore=store
                )
            writer.write(connections[message.topic], message.log_time_ns, message.data)
