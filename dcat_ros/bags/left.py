"""What is left of a bag: cut off, without its index, or with a log that a killed recorder left."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from dcat_ros.bags.columns import Columns, gathered
from dcat_ros.bags.describe import TopicInfo, salvage_topics
from dcat_ros.bags.plain import plain_type
from dcat_ros.bags.salvage import RawMessage, Seen, salvage
from dcat_ros.errors import BagError

__all__ = ['LeftBag']


class LeftBag:
    """The whole messages of some storage files, in the order of writing.

    All of them are read once at the beginning.

    Args:
        files: in the order of recording.
        notes: what a user should know is added to them.

    Attributes:
        n_messages: in all.
        encodings: (topic, type) -> how its messages are written; 'cdr' in every bag of ROS itself.
        storage: 'mcap' or 'sqlite3'.

    Raises:
        BagError: none of the files is one of a bag.
    """

    duration_s: float | None = None  # of what was cut off nobody knows

    def __init__(self, files: Sequence[Path], notes: list[str]):
        self._files: list[Path] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        seen = Seen()
        refused: list[BagError] = []
        for path in files:
            try:
                for message in salvage(path, seen):
                    self._counts[message.topic, plain_type(message.type_name)] += 1
            except BagError as problem:
                refused.append(problem)
            else:
                self._files.append(path)
        # a recorder that was killed may leave an empty last part
        if refused and not self._counts:
            raise refused[0]
        notes += [f'One file was left out: {problem}' for problem in refused]
        notes += [f'{damage}; read up to there.' for damage in seen.damage]
        self.n_messages = self._counts.total()
        self.encodings = {
            (topic, plain_type(kind)): encoding
            for (topic, kind), encoding in seen.encodings.items()
        }
        sqlite = any('.db3' in path.suffixes for path in files)
        self.storage = 'sqlite3' if sqlite else 'mcap'

    def counts(self) -> Counter[tuple[str, str]]:
        """(topic, type) -> number of messages."""
        return self._counts

    def describe(self) -> list[TopicInfo]:
        """What the files still say of their topics."""
        left = {(topic.topic, topic.type_name): topic for topic in salvage_topics(self._files)}
        return [left.get(pair, TopicInfo(*pair)) for pair in self._counts]

    def close(self) -> None:
        """Nothing is open between two readings."""

    def columns(self, topics: Collection[str] | None) -> Iterator[Columns]:
        """Yield the messages of these topics, or of all, many at once."""
        return gathered(self._messages(topics))

    def _messages(self, topics: Collection[str] | None) -> Iterator[RawMessage]:
        """Yield the messages of these topics, or of all."""
        for path in self._files:
            for message in salvage(path):
                if topics is None or message.topic in topics:
                    yield message
