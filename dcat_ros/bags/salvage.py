"""Reading a bag file that was cut off, up to its last whole message.

A recorder that loses power leaves an MCAP file without its closing index, or an SQLite file
shorter than its header says. Both can be read from the front.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from mcap.records import Channel, Schema

from dcat_ros.bags.file_kind import no_bag_file
from dcat_ros.bags.mcap_records import MCAP_MAGIC, Damage, records
from dcat_ros.bags.sqlite_file import SQLITE_MAGIC, made_up, open_sqlite
from dcat_ros.bags.zstd import ZSTD_MAGIC, unzstd_file
from dcat_ros.errors import BagError

__all__ = ['RawMessage', 'Seen', 'is_sqlite', 'magic_of', 'plain_file', 'salvage', 'table']


class RawMessage(NamedTuple):
    """A serialised message with its place in the bag."""

    topic: str
    type_name: str
    log_time_ns: int
    data: bytes


@dataclass
class Seen:
    """What was seen of storage files beside their messages.

    Attributes:
        encodings: (topic, type) -> how its messages are written: 'cdr' in every bag of ROS itself.
        damage: which file is damaged, and where; a clause for each.
    """

    encodings: dict[tuple[str, str], str] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)


def salvage(path: Path, seen: Seen | None = None) -> Iterator[RawMessage]:
    """Yield the whole messages of one storage file in the order in which they were written.

    Args:
        path: of the file.
        seen: what is seen on the way is added to it.

    Raises:
        BagError: the file is neither MCAP nor SQLite, or cannot be read at all.
    """
    seen = Seen() if seen is None else seen
    magic = magic_of(path)
    if magic.startswith(MCAP_MAGIC):
        return _from_mcap(path, seen)
    if magic.startswith(SQLITE_MAGIC):
        return _from_sqlite(path, seen)
    if magic.startswith(ZSTD_MAGIC):
        return _from_zstd(path, seen)
    raise BagError(no_bag_file(path, magic))


@contextmanager
def plain_file(path: Path) -> Iterator[tuple[Path, str]]:
    """The file, or, of one that was compressed as a whole, what it holds: maybe cut off.

    Yields:
        Its path, and a clause where it was cut off because it holds too much.

    Raises:
        BagError: it cannot be read.
    """
    if not magic_of(path).startswith(ZSTD_MAGIC):
        yield path, ''
        return
    with TemporaryDirectory() as folder:
        plain = Path(folder) / path.name.removesuffix('.zstd')
        _, too_much = unzstd_file(path, plain)
        yield plain, too_much


def is_sqlite(path: Path) -> bool:
    """Whether a storage file is SQLite, and not MCAP.

    Raises:
        BagError: it cannot be read.
    """
    return magic_of(path).startswith(SQLITE_MAGIC)


def magic_of(path: Path) -> bytes:
    """The first bytes of a file, by which its kind is known.

    Raises:
        BagError: it cannot be read.
    """
    try:
        with path.open('rb') as file:
            return file.read(512)
    except OSError as problem:
        raise BagError(f'{path} cannot be read: {problem}') from None


def _from_zstd(path: Path, seen: Seen) -> Iterator[RawMessage]:
    with plain_file(path) as (plain, too_much):
        if magic_of(plain).startswith(ZSTD_MAGIC):
            raise BagError(f'{path} was compressed twice; decompress it with `zstd -d`.')
        if too_much:
            seen.damage.append(f'{path.name} {too_much}')
        yield from salvage(plain, seen)


def _from_mcap(path: Path, seen: Seen) -> Iterator[RawMessage]:
    schemas: dict[int, str] = {}
    channels: dict[int, tuple[str, str]] = {}
    try:
        for record in records(path):
            if isinstance(record, Schema):
                schemas[record.id] = record.name
            elif isinstance(record, Channel):
                pair = record.topic, schemas.get(record.schema_id, '')
                channels[record.id] = pair
                seen.encodings[pair] = record.message_encoding
            elif record.channel_id in channels:
                yield RawMessage(*channels[record.channel_id], record.log_time, record.data)
    except Damage as problem:
        seen.damage.append(f'{path.name} is damaged in the middle, {problem}')


def _from_sqlite(path: Path, seen: Seen) -> Iterator[RawMessage]:
    with open_sqlite(path) as connection:
        yield from _rows(connection, seen)


def _rows(connection: sqlite3.Connection, seen: Seen) -> Iterator[RawMessage]:
    try:
        # makes SQLite accept a file that is shorter than its header says
        connection.execute('PRAGMA writable_schema=ON')
        if made_up(connection):
            return
        topics: dict[Any, tuple[str, str]] = {}
        for row in table(connection, 'topics'):
            pair = str(row['name']), str(row['type'])
            topics[row['id']] = pair
            seen.encodings[pair] = str(row.get('serialization_format', 'cdr'))
        rows = connection.execute('SELECT topic_id, timestamp, data FROM messages ORDER BY rowid')
        for number, log_time_ns, data in rows:
            # a column of SQLite holds whatever was put there
            if number in topics and isinstance(log_time_ns, int) and isinstance(data, bytes):
                yield RawMessage(*topics[number], log_time_ns, data)
    except (sqlite3.DatabaseError, LookupError):
        return  # the first page that is not there: everything before it has been given


def table(connection: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    """A small table's rows; none if there is no such table."""
    known = connection.execute('SELECT 1 FROM sqlite_master WHERE name = ?', (name,)).fetchone()
    if known is None:
        return []
    cursor = connection.execute(f'SELECT * FROM {name}')
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
