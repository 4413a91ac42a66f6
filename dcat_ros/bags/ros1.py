"""Bags of ROS 1, read as if ROS 2 had recorded them."""

import bz2
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import lz4.frame  # comes with rosbags
from rosbags.interfaces import Connection
from rosbags.rosbag1 import Reader, ReaderError
from rosbags.rosbag1.reader import IndexData
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from dcat_ros.bags.columns import Columns, gathered
from dcat_ros.bags.describe import TopicInfo, counted
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.zstd import most_of
from dcat_ros.errors import BagError
from dcat_ros.texts import one_line

__all__ = ['ROS1_ENDING', 'ROS1_MAGIC', 'Ros1Bag']

ROS1_ENDING = '.bag'
ROS1_MAGIC = b'#ROSBAG V'
#: Their bytes differ from those of ROS 1 in what rosbags converts by these names.
_OF_ROS2 = ('builtin_interfaces/msg/Time', 'builtin_interfaces/msg/Duration', 'std_msgs/msg/Header')


class Ros1Bag:
    """A .bag file's messages as CDR, in the order of their log time.

    The bytes are converted by the definitions that the bag holds. What cannot be converted is left
    out, and a note says how much.

    Args:
        path: of the file.
        notes: what a user should know is added to them.

    Attributes:
        storage: 'mcap', in which a copy for ROS 2 is best written.

    Raises:
        BagError: it cannot be read.
    """

    storage = 'mcap'

    def __init__(self, path: Path, notes: list[str]):
        self._path = path
        self._notes = notes
        try:
            self._reader = _Reader(path)
            self._reader.open()
        except Exception as problem:  # it raises whatever the bytes lead it to
            raise BagError(_why_not(path, problem)) from None
        for at, chunk in self._reader.chunks.items():
            if chunk.decompressor is bz2.decompress:
                self._reader.chunks[at] = chunk._replace(decompressor=_unbz2)
            elif chunk.decompressor is lz4.frame.decompress:
                self._reader.chunks[at] = chunk._replace(decompressor=_unlz4)
        self._stores: dict[int, Typestore | None] = {}
        known: dict[tuple[str, str], Typestore | None] = {}
        for connection in self._reader.connections:
            kind = connection.msgtype, connection.msgdef.data
            if kind not in known:  # the same type may be defined in two ways in one bag
                known[kind] = _store(*kind)
            self._stores[connection.id] = known[kind]

    @property
    def duration_s(self) -> float | None:
        """From the first message to the last."""
        return self._reader.duration / 1e9

    def counts(self) -> Counter[tuple[str, str]]:
        """(topic, type) -> number of messages; those that cannot be converted count, too."""
        return counted(self._reader.connections)

    def describe(self) -> list[TopicInfo]:
        """The topics, with their definitions as ROS 2 writes them; one for each name and type."""
        topics: dict[tuple[str, str], TopicInfo] = {}
        for connection in self._reader.connections:
            pair = connection.topic, connection.msgtype
            store = self._stores[connection.id]
            if pair not in topics or not topics[pair].definition:
                topics[pair] = TopicInfo(*pair, *_said(store, connection.msgtype))
        return list(topics.values())

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def columns(self, topics: Collection[str] | None) -> Iterator[Columns]:
        """Yield the messages of these topics, or of all, many at once."""
        return gathered(self._messages(topics))

    def _messages(self, topics: Collection[str] | None) -> Iterator[RawMessage]:
        """Yield the messages of these topics, or of all, up to damage, of which a note tells."""
        chosen = [c for c in self._reader.connections if topics is None or c.topic in topics]
        if not chosen:
            return
        left_out: Counter[tuple[str, str]] = Counter()
        why: dict[tuple[str, str], str] = {}
        try:
            for connection, log_time_ns, data in self._reader.messages(connections=chosen):
                try:
                    plain = self._converted(connection, data)
                except Exception as problem:  # generated code: whatever the bytes lead it to
                    pair = connection.topic, connection.msgtype
                    left_out[pair] += 1
                    why.setdefault(pair, one_line(problem))
                else:
                    yield RawMessage(connection.topic, connection.msgtype, log_time_ns, plain)
        except Exception as problem:
            self._note(f'{self._path} is damaged; read up to the damage: {one_line(problem)}.')
        for (topic, kind), n in left_out.items():
            which = f'{n} messages of {topic} ({kind})'
            self._note(f'{which} were left out, for ROS 2 has no such bytes: {why[topic, kind]}.')

    def _converted(self, connection: Connection, data: bytes) -> bytes:
        store = self._stores[connection.id]
        if store is None:
            raise BagError('the definition of the type in the bag cannot be read')
        return bytes(store.ros1_to_cdr(data, connection.msgtype))

    def _note(self, note: str) -> None:
        if note not in self._notes:
            self._notes.append(note)


class _Reader(Reader):
    """Takes an index that is no larger than the file: many chunks may claim the same one."""

    _n_read = 0

    def read_index_data(self, pos: int, indexes: dict[int, list[IndexData]]) -> None:
        """Read the index of a topic in a chunk, and count its bytes."""
        assert self.bio is not None  # it is open
        begin = self.bio.tell()
        super().read_index_data(pos, indexes)
        self._n_read += self.bio.tell() - begin
        if self._n_read > self.path.stat().st_size:
            raise ReaderError('its index is larger than the file')


def _unbz2(data: bytes) -> bytes:
    return bz2.BZ2Decompressor().decompress(data, most_of(len(data)))


def _unlz4(data: bytes) -> bytes:
    return bytes(lz4.frame.LZ4FrameDecompressor().decompress(data, max_length=most_of(len(data))))


def _store(type_name: str, definition: str) -> Typestore | None:
    """The types that a definition of ROS 1 names; None if it cannot be read."""
    store = get_typestore(Stores.EMPTY)
    jazzy = get_typestore(Stores.ROS2_JAZZY)
    try:
        types: dict[str, Any] = dict(get_types_from_msg(definition, type_name))
        # the sequence number of a header is gone
        store.register({**types, **{name: jazzy.fielddefs[name] for name in _OF_ROS2}})
        store.get_msgdef(type_name)
    except Exception:  # the parser raises whatever a text leads it to
        return None
    return store


def _said(store: Typestore | None, type_name: str) -> tuple[str, str]:
    """Definition and hash of a type in ROS 2; empty if it has none."""
    try:
        if store is not None:
            definition, _ = store.generate_msgdef(type_name, ros_version=2)
            return definition, store.hash_rihs01(type_name)
    except Exception:  # likewise
        pass
    return '', ''


def _why_not(path: Path, problem: Exception) -> str:
    text = one_line(problem)
    if 'version' in text:
        return f'{path} is a bag of ROS 1 that cannot be read: {text}; 2.0 is needed.'
    if 'encryption' in text:
        return f'{path} is an encrypted bag of ROS 1: {text}; `rosbag decrypt` it.'
    if 'not supported' in text:
        return f'{path} is a bag of ROS 1 that cannot be read: {text}; `rosbag decompress` it.'
    return (
        f'{path} is a bag of ROS 1 that was cut off or never closed ({text}); '
        f'`rosbag reindex {path.name}` mends it.'
    )
