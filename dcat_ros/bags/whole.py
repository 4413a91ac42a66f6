"""An undamaged rosbag2 folder, read by its index."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path

from rosbags.interfaces import Connection, ConnectionExtRosbag2
from rosbags.rosbag2 import Reader
from rosbags.rosbag2.reader import DirectoryReader
from rosbags.rosbag2.storage_mcap import McapReader

from dcat_ros.bags.columns import Columns, gathered
from dcat_ros.bags.describe import TopicInfo, counted, described
from dcat_ros.bags.mcap_columns import has_columns, mcap_columns
from dcat_ros.bags.plain_folder import plain_folder
from dcat_ros.bags.salvage import RawMessage, Seen, salvage
from dcat_ros.errors import BagError
from dcat_ros.texts import one_line

__all__ = ['WholeBag', 'open_whole']


class WholeBag:
    """A bag's messages in the order of their log time, as they were written.

    Args:
        reader: open.
        path: as it is called in notes.
        notes: what a user should know is added to them.
        stack: closes the reader, and what it reads from.

    Attributes:
        storage: 'mcap' or 'sqlite3'.
    """

    def __init__(self, reader: Reader, path: Path, notes: list[str], stack: ExitStack):
        self._reader = reader
        self._stack = stack
        self._path = path
        self._notes = notes
        folder = reader.storage
        storages = folder.storages if isinstance(folder, DirectoryReader) else []
        self._mcap_files = [Path(str(s.path)) for s in storages if isinstance(s, McapReader)]
        self.storage = 'mcap' if self._mcap_files else 'sqlite3'

    @property
    def duration_s(self) -> float | None:
        """From the first message to the last."""
        return self._reader.duration / 1e9

    def counts(self) -> Counter[tuple[str, str]]:
        """(topic, type) -> number of messages."""
        return counted(self._reader.connections)

    def describe(self) -> list[TopicInfo]:
        """What the bag says of its topics."""
        return described(self._reader.connections)

    def close(self) -> None:
        """Close the files."""
        self._stack.close()

    def columns(self, topics: Collection[str] | None) -> Iterator[Columns]:
        """Yield the messages of these topics, or of all, up to damage, of which a note tells."""
        last_ns = n_then = -1
        try:
            for found in self._undamaged(topics):
                same = int((found.times_ns == found.times_ns[-1]).sum())
                last_ns, before_ns = int(found.times_ns[-1]), last_ns
                n_then = same + (n_then if last_ns == before_ns else 0)
                yield found
            return
        except Exception as problem:  # the readers raise whatever the bytes lead them to
            note = f'{self._path} is damaged; read up to the damage: {one_line(problem)}.'
        if note not in self._notes:
            self._notes.append(note)
        yield from gathered(self._before_the_damage(topics, last_ns, n_then))

    def _undamaged(self, topics: Collection[str] | None) -> Iterator[Columns]:
        """What the readers by index give."""
        folder = self._reader.storage
        for storage in folder.storages if isinstance(folder, DirectoryReader) else []:
            chosen = [c for c in storage.connections if topics is None or c.topic in topics]
            if not chosen:
                continue
            if isinstance(storage, McapReader) and has_columns(storage):
                yield from mcap_columns(storage, chosen)
                continue
            messages = (
                RawMessage(connection.topic, connection.msgtype, log_time_ns, bytes(data))
                for connection, log_time_ns, data in storage.messages(chosen)
                # SQLite holds whatever was put there
                if isinstance(data, bytes | memoryview) and isinstance(log_time_ns, int)
            )
            yield from gathered(messages)

    def _before_the_damage(
        self, topics: Collection[str] | None, last_ns: int, n_then: int
    ) -> Iterator[RawMessage]:
        """What stands in the damaged chunk, which the reader by index gives whole or not at all."""
        for path in self._mcap_files:
            seen = Seen()
            try:
                for message in salvage(path, seen):
                    if topics is not None and message.topic not in topics:
                        continue
                    if message.log_time_ns == last_ns and n_then > 0:
                        n_then -= 1
                    elif message.log_time_ns >= last_ns:
                        yield message
            except BagError:
                return
            if seen.damage:
                return


def open_whole(path: Path, called: Path, notes: list[str]) -> WholeBag | str:
    """Open an undamaged folder; what is wrong with it otherwise.

    Args:
        path: of the folder.
        called: its name in notes.
        notes: what a user should know is added to them.
    """
    stack = ExitStack()
    try:
        reader = Reader(plain_folder(path, stack))
        reader.open()
        stack.callback(reader.close)
        misfit = _misfit(reader)
    except Exception as problem:  # it raises whatever metadata.yaml and the bytes lead it to
        misfit = one_line(problem)
    if misfit:
        stack.close()
        return misfit
    return WholeBag(reader, called, notes, stack)


def _misfit(reader: Reader) -> str:
    """Why metadata.yaml does not fit the files; what it does not name, the reader leaves out."""
    folder = reader.storage
    if not isinstance(folder, DirectoryReader):
        return 'it is no folder'
    if not isinstance(reader.duration, int) or not all(map(_is_plain, folder.connections)):
        return 'metadata.yaml has a value of another kind than is written there'
    named = {(c.topic, c.msgtype, str(c.ext)): c.digest for c in folder.connections}
    for storage in folder.storages:
        for connection in storage.connections:
            pair = connection.topic, connection.msgtype
            if not _is_plain(connection):
                return 'the name of a topic is no text'
            digest = named.get((*pair, str(connection.ext)))
            differs = digest and connection.digest and digest != connection.digest
            if connection.msgcount and (digest is None or differs):
                topic, kind = pair
                return f'metadata.yaml does not tell of {topic} ({kind}) as the files do'
    # `ros2 bag reindex` forgets this, so that messages are looked at one by one; and the reader
    # would decompress any number of bytes
    folder.metadata = folder.metadata._replace(compression_mode=None)
    return ''


def _is_plain(connection: Connection) -> bool:
    """Whether what is said of a topic is text and numbers, as it should be."""
    ext = connection.ext
    texts = connection.topic, connection.msgtype, connection.msgdef.data, connection.digest
    return (
        isinstance(ext, ConnectionExtRosbag2)
        and all(isinstance(text, str) for text in (*texts, ext.serialization_format))
        and isinstance(connection.msgcount, int)
        and connection.msgcount >= 0
    )
