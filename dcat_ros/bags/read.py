"""Reading serialised messages from a rosbag2 bag."""

import difflib
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

import apsw  # what rosbags reads .db3 files with, and whose errors it lets through
from rosbags.rosbag2 import Reader, ReaderError

from dcat_ros.bags.describe import TopicInfo, described, salvage_topics
from dcat_ros.bags.salvage import RawMessage, salvage
from dcat_ros.errors import BagError
from dcat_ros.files import exists

__all__ = ['BAG_ENDINGS', 'BagReader']

BAG_ENDINGS = ('.mcap', '.db3', '.mcap.zstd', '.db3.zstd')


class BagReader:
    """A bag's messages as bytes, in the order of their log time.

    A bag that was cut off is read to its last whole message, in the order of writing.

    Args:
        path: the bag's folder, or one .mcap or .db3 file.

    Attributes:
        topics: topic name -> type name.
        notes: what a user should know of this bag, one sentence each.

    Raises:
        BagError: there is no bag, or nothing in it can be read.
    """

    def __init__(self, path: Path):
        self.path = path
        self.topics: dict[str, str] = {}
        self.notes: list[str] = []
        self._reader: Reader | None = None
        self._files: list[Path] = []

    def __enter__(self) -> 'BagReader':
        if not exists(self.path):
            raise BagError(f'There is no bag {self.path}.')
        if self.path.is_dir():
            problem = self._open_whole()
            if problem is None:
                return self
            files = [p for p in self.path.iterdir() if p.name.endswith(BAG_ENDINGS)]
            # part 10 comes after part 9
            self._files = sorted(files, key=lambda p: (len(p.name), p.name))
            if not self._files:
                raise BagError(f'{self.path} is no rosbag2 bag: {problem}')
        else:
            problem = 'a single file, read without its index'
            self._files = [self.path]
        n_messages = 0
        for message in self._salvaged():
            self.topics[message.topic] = message.type_name
            n_messages += 1
        if not n_messages:
            raise BagError(f'{self.path} has no whole message: {problem}')
        self.notes.append(
            f'{self.path} is cut off or has no index ({problem}); '
            f'read to its last whole message, {n_messages} in all.'
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self._reader is not None:
            self._reader.close()

    def require(self, topic: str, type_name: str) -> None:
        """Check that a topic is there with a type.

        Raises:
            BagError: it is not; the sentence lists what is there.
        """
        if not self.topics:
            raise BagError(f'{self.path} is empty: it has no topic at all.')
        if topic not in self.topics:
            near = difflib.get_close_matches(topic, self.topics, n=1, cutoff=0.4)
            hint = f' Did you mean {near[0]}?' if near else ''
            there = ', '.join(f'{name} ({kind})' for name, kind in sorted(self.topics.items()))
            raise BagError(f'{self.path} has no topic {topic}; it has {there}.{hint}')
        if self.topics[topic] != type_name:
            raise BagError(
                f'{topic} in {self.path} is {self.topics[topic]}, and {type_name} is needed.'
            )

    def require_one_of(self, topic: str, type_names: Sequence[str]) -> str:
        """Check that a topic is there with one of these types, and say which.

        Raises:
            BagError: it is not; the sentence asks for the first one.
        """
        found = self.topics.get(topic, '')
        self.require(topic, found if found in type_names else type_names[0])
        return found

    def chunks(self, topics: Collection[str], size: int) -> Iterator[list[RawMessage]]:
        """Yield `messages` by so many at once; the last chunk may be shorter."""
        messages = self.messages(topics)
        while chunk := list(islice(messages, size)):
            yield chunk

    def messages(self, topics: Collection[str] | None = None) -> Iterator[RawMessage]:
        """Yield the messages of these topics, or of all.

        A bag that turns out to be damaged in the middle ends there, with a line in `notes`.
        """
        if self._reader is None:
            for message in self._salvaged():
                if topics is None or message.topic in topics:
                    yield message
            return
        chosen = [c for c in self._reader.connections if topics is None or c.topic in topics]
        if not chosen:
            return
        try:
            for connection, log_time_ns, data in self._reader.messages(connections=chosen):
                yield RawMessage(connection.topic, connection.msgtype, log_time_ns, bytes(data))
        except (ReaderError, apsw.Error) as problem:
            self.notes.append(f'{self.path} is damaged; read up to the damage: {problem}')

    def describe(self) -> list[TopicInfo]:
        """What the bag says of its topics; of one that was cut off, as far as it is left."""
        if self._reader is not None:
            return described(self._reader.connections)
        left = {(topic.topic, topic.type_name): topic for topic in salvage_topics(self._files)}
        return [left.get(pair, TopicInfo(*pair)) for pair in self.topics.items()]

    @property
    def duration_s(self) -> float | None:
        """From the first message to the last; None of a bag that was cut off."""
        return None if self._reader is None else self._reader.duration / 1e9

    @property
    def storage(self) -> str:
        """'mcap' or 'sqlite3'."""
        files = sorted(self.path.iterdir()) if self.path.is_dir() else [self.path]
        return 'sqlite3' if any('.db3' in path.suffixes for path in files) else 'mcap'

    def _open_whole(self) -> str | None:
        """Open an undamaged bag; what is wrong with it otherwise."""
        try:
            reader = Reader(self.path)
            reader.open()
        except (ReaderError, apsw.Error, OSError, ValueError) as problem:
            return str(problem).rstrip('.')
        self._reader = reader
        self.topics = {c.topic: c.msgtype for c in reader.connections}
        return None

    def _salvaged(self) -> Iterator[RawMessage]:
        for path in self._files:
            yield from salvage(path)
