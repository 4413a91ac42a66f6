"""Reading a bag file that was cut off, up to its last whole message.

A recorder that loses power leaves an MCAP file without its closing index, or an SQLite file
shorter than its header says. Both can be read from the front.
"""

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from tempfile import TemporaryDirectory
from typing import NamedTuple

from mcap.data_stream import ReadDataStream
from mcap.exceptions import EndOfFile, McapError
from mcap.records import Channel, Message, Schema

from dcat_ros.errors import BagError

__all__ = ['RawMessage', 'salvage']

_MAGIC = b'\x89MCAP0\r\n'
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
    try:
        with path.open('rb') as file:
            magic = file.read(16)
    except OSError as problem:
        raise BagError(f'{path} cannot be read: {problem}') from None
    if magic.startswith(_MAGIC):
        return _from_mcap(path)
    if magic.startswith(b'SQLite format 3'):
        return _from_sqlite(path)
    raise BagError(f'{path} is neither an MCAP nor an SQLite bag file.')


def _from_mcap(path: Path) -> Iterator[RawMessage]:
    schemas: dict[int, str] = {}
    channels: dict[int, tuple[str, str]] = {}
    with path.open('rb') as file:
        file.seek(len(_MAGIC))
        for code, content in _records(file):
            inner = _chunk_records(content) if code == _CHUNK else iter([(code, content)])
            for code_, content_ in inner:
                stream = ReadDataStream(io.BytesIO(content_))
                try:
                    if code_ == _SCHEMA:
                        schema = Schema.read(stream)
                        schemas[schema.id] = schema.name
                    elif code_ == _CHANNEL:
                        channel = Channel.read(stream)
                        channels[channel.id] = (channel.topic, schemas.get(channel.schema_id, ''))
                    elif code_ == _MESSAGE:
                        message = Message.read(stream, len(content_))
                        if message.channel_id in channels:
                            yield RawMessage(
                                *channels[message.channel_id], message.log_time, message.data
                            )
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
    with TemporaryDirectory() as folder:
        whole = Path(folder) / path.name
        _copy_whole_pages(path, whole)
        yield from _rows(whole)


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


def _rows(path: Path) -> Iterator[RawMessage]:
    connection = sqlite3.connect(f'{path.resolve().as_uri()}?mode=ro', uri=True)
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
    finally:
        connection.close()
