"""The messages of an indexed MCAP file, a chunk at once.

rosbags makes several objects for each message; here the bytes of a chunk stay together, and only
the places of its messages are found.
"""

from collections.abc import Collection, Iterator
from itertools import pairwise
from struct import Struct

import numpy as np
from numpy.typing import NDArray
from rosbags.interfaces import Connection
from rosbags.rosbag2.errors import ReaderError
from rosbags.rosbag2.storage_mcap import ChunkInfo, McapReader, decompress

from dcat_ros.bags.columns import Columns
from dcat_ros.messages.packed import Packed

__all__ = ['has_columns', 'mcap_columns']

_MESSAGE = 0x05
#: Of every record: its kind, and the number of bytes behind these nine. Of a message then: channel,
#: number in its sequence, log time and publish time.
_RECORD = Struct('<BQ')
_HEAD = Struct('<BQHIQQ')
#: Of the chunk itself in front of its records: kind and size, first and last time, plain size,
#: checksum, and the lengths of the compression's name and of the data.
_CRC_AT, _DATA_AT = 9 + 24, 9 + 40
_CRC = Struct('<I')
_LATEST = np.uint64(2**63 - 1)


def has_columns(reader: McapReader) -> bool:
    """Whether the file's chunks follow each other in time, as one recorder writes them."""
    in_file = sorted(reader.chunks, key=lambda chunk: chunk.chunk_start_offset)
    return bool(in_file) and all(
        before.message_end_time <= after.message_start_time for before, after in pairwise(in_file)
    )


def mcap_columns(reader: McapReader, connections: Collection[Connection]) -> Iterator[Columns]:
    """Yield the messages of these connections, a chunk of the file at once.

    Args:
        reader: open, of a file that `has_columns`.
        connections: of that file.

    Raises:
        ReaderError: a chunk is damaged; struct.error: so is a record in it.
    """
    kinds = [(connection.topic, connection.msgtype) for connection in connections]
    place = {connection.id: i for i, connection in enumerate(connections)}
    for chunk in sorted(reader.chunks, key=lambda chunk: chunk.chunk_start_offset):
        if any(chunk.channel_count.get(number, 0) for number in place):
            found = _messages(_plain(reader, chunk), place, chunk)
            if len(found[0]):
                yield Columns(kinds, *found)


def _plain(reader: McapReader, chunk: ChunkInfo) -> bytes:
    """The records of a chunk."""
    file = reader.bio
    if file is None:
        raise ReaderError('The file is closed.')
    file.seek(chunk.chunk_start_offset + _CRC_AT)
    (crc,) = _CRC.unpack(file.read(_CRC.size))
    file.seek(chunk.chunk_start_offset + _DATA_AT + len(chunk.compression))
    data = file.read(chunk.compressed_size)
    if len(data) < chunk.compressed_size:
        raise ReaderError('The file ends inside a chunk.')
    return decompress(data, chunk.compression, chunk.uncompressed_size, crc)


def _messages(
    records: bytes, place: dict[int, int], chunk: ChunkInfo
) -> tuple[NDArray[np.intp], NDArray[np.int64], Packed]:
    """Which connection, log time and bytes of each message, in the order of the log time.

    Those outside of the times that the chunk is said to have are left out, as rosbags does.
    """
    which: list[int] = []
    times: list[int] = []
    starts: list[int] = []
    stops: list[int] = []
    low, high = chunk.message_start_time, chunk.message_end_time
    at, end = 0, len(records)
    while at < end:
        kind, size = _RECORD.unpack_from(records, at)
        stop = at + _RECORD.size + size
        if stop > end:
            raise ReaderError(f'Record at {at} of a chunk ends behind the chunk.')
        if kind == _MESSAGE:
            _, _, channel, _, time_ns, _ = _HEAD.unpack_from(records, at)
            if at + _HEAD.size > stop:
                raise ReaderError(f'Message at {at} of a chunk has {size} bytes.')
            if channel in place and low <= time_ns <= high:
                which.append(place[channel])
                times.append(time_ns)
                starts.append(at + _HEAD.size)
                stops.append(stop)
        at = stop
    stamps = np.minimum(np.array(times, np.uint64), _LATEST).astype(np.int64)
    first = np.array(starts, np.int64)
    data = Packed(np.frombuffer(records, np.uint8), first, np.array(stops, np.int64) - first)
    numbers = np.array(which, np.intp)
    if (np.diff(stamps) < 0).any():
        order = np.argsort(stamps, kind='stable')
        return numbers[order], stamps[order], data.at(order)
    return numbers, stamps, data
