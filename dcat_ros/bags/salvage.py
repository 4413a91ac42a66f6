"""Reading a bag file that was cut off, up to its last whole message.

A recorder that loses power leaves an MCAP file without its closing index, or an SQLite file
shorter than its header says. Both can be read from the front.
"""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from struct import Struct
from tempfile import TemporaryDirectory
from typing import NamedTuple

from mcap.data_stream import ReadDataStream
from mcap.exceptions import EndOfFile, McapError
from mcap.records import Channel, Message, Schema

from dcat_ros.errors import BagError

__all__ = ['RawMessage', 'is_sqlite', 'open_sqlite', 'plain_file', 'records', 'salvage']

_MAGIC = b'\x89MCAP0\r\n'
_SQLITE_MAGIC = b'SQLite format 3'
_ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'
_RECORD = Struct('<BQ')  # operation code, length
_SCHEMA, _CHANNEL, _MESSAGE, _CHUNK = 0x03, 0x04, 0x05, 0x06
_SQLITE_HEAD = 100
_CHUNK_HEAD = Struct('<QQQII')  # start, end, uncompressed size, checksum, length of compression


class RawMessage(NamedTuple):
    """A serialised message with its place in the bag."""

    topic: str
    type_name: str
    log_time_ns: int
    data: bytes


def salvage(path: Path) -> Iterator[RawMessage]:
    """Yield the whole messages of one storage file in the order in which they were written.

    Raises:
        BagError: the file is neither MCAP nor SQLite, or cannot be read at all.
    """
    magic = _magic(path)
    if magic.startswith(_MAGIC):
        return _from_mcap(path)
    if magic.startswith(_SQLITE_MAGIC):
        return _from_sqlite(path)
    if magic.startswith(_ZSTD_MAGIC):
        return _from_zstd(path)
    raise BagError(f'{path} is neither an MCAP nor an SQLite bag file.')


@contextmanager
def plain_file(path: Path) -> Iterator[Path]:
    """The file, or, of one that was compressed as a whole, what it holds: maybe cut off.

    Raises:
        BagError: it cannot be read.
    """
    if not _magic(path).startswith(_ZSTD_MAGIC):
        yield path
        return
    import zstandard  # comes with mcap

    with TemporaryDirectory() as folder:
        whole = Path(folder) / path.name.removesuffix('.zstd')
        # damaged from where the error is
        with path.open('rb') as source, whole.open('wb') as target, suppress(zstandard.ZstdError):
            zstandard.ZstdDecompressor().copy_stream(source, target)
        yield whole


def is_sqlite(path: Path) -> bool:
    """Whether a storage file is SQLite, and not MCAP.

    Raises:
        BagError: it cannot be read.
    """
    return _magic(path).startswith(_SQLITE_MAGIC)


def _magic(path: Path) -> bytes:
    try:
        with path.open('rb') as file:
            return file.read(16)
    except OSError as problem:
        raise BagError(f'{path} cannot be read: {problem}') from None


def _from_zstd(path: Path) -> Iterator[RawMessage]:
    with plain_file(path) as plain:
        yield from salvage(plain)


def _from_mcap(path: Path) -> Iterator[RawMessage]:
    schemas: dict[int, str] = {}
    channels: dict[int, tuple[str, str]] = {}
    for record in records(path):
        if isinstance(record, Schema):
            schemas[record.id] = record.name
        elif isinstance(record, Channel):
            channels[record.id] = (record.topic, schemas.get(record.schema_id, ''))
        elif record.channel_id in channels:
            yield RawMessage(*channels[record.channel_id], record.log_time, record.data)


def records(path: Path) -> Iterator[Schema | Channel | Message]:
    """Yield what an MCAP file holds, up to where it is cut off or damaged."""
    with path.open('rb') as file:
        file.seek(len(_MAGIC))
        for code, content in _records(file):
            inner = _chunk_records(content) if code == _CHUNK else iter([(code, content)])
            for code_, content_ in inner:
                stream = ReadDataStream(io.BytesIO(content_))
                try:
                    if code_ == _SCHEMA:
                        yield Schema.read(stream)
                    elif code_ == _CHANNEL:
                        yield Channel.read(stream)
                    elif code_ == _MESSAGE:
                        yield Message.read(stream, len(content_))
                except (EndOfFile, McapError, ValueError):
                    return  # the record's inside is damaged, and with it what follows


def _records(file: io.BufferedIOBase) -> Iterator[tuple[int, bytes]]:
    """Operation code and content of each record; a last chunk may be shorter than it says."""
    while len(head := file.read(_RECORD.size)) == _RECORD.size:
        code, length = _RECORD.unpack(head)
        content = file.read(min(length, 1 << 32))
        if len(content) < length and code != _CHUNK:
            return
        yield code, content


def _chunk_records(chunk: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole records inside a chunk, which may be cut off."""
    if len(chunk) < _CHUNK_HEAD.size:
        return iter(())
    *_, length = _CHUNK_HEAD.unpack_from(chunk)
    begin = _CHUNK_HEAD.size + length
    compression = chunk[_CHUNK_HEAD.size : begin]
    data = chunk[begin + 8 :]
    if compression == b'zstd':
        data = _decompress_zstd(data)
    elif compression == b'lz4':
        data = _decompress_lz4(data)
    return _records(io.BytesIO(data))


def _decompress_zstd(data: bytes) -> bytes:
    import zstandard  # comes with mcap; needed for damaged compressed bags alone

    try:
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    except zstandard.ZstdError:
        return b''


def _decompress_lz4(data: bytes) -> bytes:
    import lz4.frame  # comes with mcap; needed for damaged compressed bags alone

    try:
        return bytes(lz4.frame.LZ4FrameDecompressor().decompress(data))
    except RuntimeError:
        return b''


def _from_sqlite(path: Path) -> Iterator[RawMessage]:
    with open_sqlite(path) as connection:
        yield from _rows(connection)


@contextmanager
def open_sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """An SQLite file that may be cut off; what is not there ends a query with DatabaseError."""
    with TemporaryDirectory() as folder:
        whole = Path(folder) / path.name
        _copy_whole_pages(path, whole)
        connection = sqlite3.connect(f'{whole.resolve().as_uri()}?mode=ro', uri=True)
        try:
            yield connection
        finally:
            connection.close()


def _copy_whole_pages(path: Path, target: Path) -> None:
    """Copy the file without the part of a page at its end, which SQLite would fill with zeros."""
    with path.open('rb') as source, target.open('wb') as copy:
        head = source.read(_SQLITE_HEAD)
        # the page's size is at byte 16, 1 standing for 65536 (SQLite file format, section 1.3)
        size = int.from_bytes(head[16:18], 'big')
        size = 65536 if size == 1 else max(size, 512)
        n_pages = path.stat().st_size // size
        source.seek(0)
        left = n_pages * size
        while left and (block := source.read(min(left, 1 << 20))):
            copy.write(block)
            left -= len(block)
        if n_pages:
            copy.seek(28)
            copy.write(n_pages.to_bytes(4, 'big'))


def _rows(connection: sqlite3.Connection) -> Iterator[RawMessage]:
    try:
        # makes SQLite accept a file that is shorter than its header says
        connection.execute('PRAGMA writable_schema=ON')
        topics = {
            number: (name, type_name)
            for number, name, type_name in connection.execute('SELECT id, name, type FROM topics')
        }
        rows = connection.execute('SELECT topic_id, timestamp, data FROM messages ORDER BY rowid')
        for number, log_time_ns, data in rows:
            if number in topics:
                yield RawMessage(*topics[number], log_time_ns, data)
    except sqlite3.DatabaseError:
        return  # the first page that is not there: everything before it has been given
