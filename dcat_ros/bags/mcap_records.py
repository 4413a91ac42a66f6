"""The records of an MCAP file, read from the front, without its index."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from struct import Struct
from zlib import crc32

from mcap.data_stream import ReadDataStream
from mcap.records import Channel, Message, Schema

from dcat_ros.bags.zstd import most_of, unzstd

__all__ = ['MCAP_MAGIC', 'Damage', 'records', 'unlz4']

MCAP_MAGIC = b'\x89MCAP0\r\n'
_RECORD = Struct('<BQ')  # operation code, length
_NO_RECORD = 0x00  # by the format; zeros, of which a little becomes much, are no end of records
_SCHEMA, _CHANNEL, _MESSAGE, _CHUNK = 0x03, 0x04, 0x05, 0x06
_CHUNK_HEAD = Struct('<QQQII')  # start, end, uncompressed size, checksum, length of compression


class Damage(Exception):  # noqa: N818 - what stands before it was read without an error
    """What stands behind is damaged; says where."""


def records(path: Path) -> Iterator[Schema | Channel | Message]:
    """Yield what an MCAP file holds, up to where it is cut off or damaged.

    Of a chunk whose checksum is wrong, the records come as far as they can be told apart: of which
    the bytes are wrong cannot be known.

    Raises:
        Damage: such a chunk was read; what stands behind it is not.
    """
    with path.open('rb') as file:
        file.seek(len(MCAP_MAGIC))
        for code, content in _records(file, path.stat().st_size):
            inner = iter([(code, content)])
            right = True
            if code == _CHUNK:
                inner, right = _chunk_records(content)
            for code_, content_ in inner:
                try:
                    record = _read(code_, content_)
                except Exception:  # the library raises whatever the bytes lead it to
                    return  # the record's inside is damaged, and with it what follows
                if record is not None:
                    yield record
            if not right:
                raise Damage(f'the checksum of what ends at byte {file.tell()} is wrong')


def _read(code: int, content: bytes) -> Schema | Channel | Message | None:
    stream = ReadDataStream(io.BytesIO(content))
    record: Schema | Channel | Message | None = None
    if code == _SCHEMA:
        record = Schema.read(stream)
    elif code == _CHANNEL:
        record = Channel.read(stream)
    elif code == _MESSAGE:
        record = Message.read(stream, len(content))
    return record


def _records(file: io.BufferedIOBase, size: int) -> Iterator[tuple[int, bytes]]:
    """Operation code and content of each record; a last chunk may be shorter than it says."""
    while len(head := file.read(_RECORD.size)) == _RECORD.size:
        code, length = _RECORD.unpack(head)
        if code == _NO_RECORD:
            return
        # a damaged length must not ask for memory that no file fills
        content = file.read(min(length, size))
        if len(content) < length and code != _CHUNK:
            return
        yield code, content


def _chunk_records(chunk: bytes) -> tuple[Iterator[tuple[int, bytes]], bool]:
    """The whole records inside a chunk, which may be cut off; whether its checksum is right."""
    if len(chunk) < _CHUNK_HEAD.size:
        return iter(()), True
    _, _, size, checksum, length = _CHUNK_HEAD.unpack_from(chunk)
    begin = _CHUNK_HEAD.size + length
    compression = chunk[_CHUNK_HEAD.size : begin]
    n_packed = int.from_bytes(chunk[begin : begin + 8], 'little')
    packed = chunk[begin + 8 :]
    data = packed
    if compression == b'zstd':
        data, _ = unzstd(packed, min(size, most_of(len(packed))))
    elif compression == b'lz4':
        data = unlz4(packed, min(size, most_of(len(packed))))
    # a chunk that is cut off is no damage: its records are right as far as they go
    whole = len(packed) >= n_packed
    right = not whole or not checksum or crc32(data) == checksum
    return _records(io.BytesIO(data), len(data)), right


def unlz4(data: bytes, limit: int) -> bytes:
    """What one frame of lz4 holds, up to so many bytes; nothing of a damaged one."""
    import lz4.frame  # comes with mcap; needed for damaged compressed bags alone

    with suppress(RuntimeError):
        return bytes(lz4.frame.LZ4FrameDecompressor().decompress(data, max_length=limit))
    return b''
