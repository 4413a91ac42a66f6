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
_ALIKE, _TIME_AT = 11, 15  # up to the channel; in front of the log time
_MOST_ALIKE = 1024
_CHANNELS = 1 << 16
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
    numbers = [connection.id for connection in connections]
    place = np.full(_CHANNELS, -1, np.intp)
    place[numbers] = range(len(numbers))
    for chunk in sorted(reader.chunks, key=lambda chunk: chunk.chunk_start_offset):
        if any(chunk.channel_count.get(number, 0) for number in numbers):
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
    records: bytes, place: NDArray[np.intp], chunk: ChunkInfo
) -> tuple[NDArray[np.intp], NDArray[np.int64], Packed]:
    """Which connection, log time and bytes of each message, in the order of the log time.

    Those outside of the times that the chunk is said to have are left out, as rosbags does.

    Args:
        records: of the chunk.
        place: of each channel's connection; -1 of one that is not wanted.
        chunk: what the index says of it.
    """
    channels: list[int] = []
    log_times: list[int] = []
    starts: list[int] = []
    stops: list[int] = []
    at, end, before = 0, len(records), b''
    while at < end:
        kind, size = _RECORD.unpack_from(records, at)
        step, n = _RECORD.size + size, 1
        if at + step > end:
            raise ReaderError(f'Record at {at} of a chunk ends behind the chunk.')
        if kind == _MESSAGE:
            if step < _HEAD.size:
                raise ReaderError(f'Message at {at} of a chunk has {size} bytes.')
            _, _, channel, _, log_time, _ = _HEAD.unpack_from(records, at)
            alike = records[at : at + _ALIKE]
            if alike == before:  # small messages mostly come in rows
                n = _n_alike(records, at, step)
                log_times += np.ndarray((n,), '<u8', records, at + _TIME_AT, (step,)).tolist()
            else:
                log_times.append(log_time)
            before = alike
            channels += [channel] * n
            starts += range(at + _HEAD.size, at + _HEAD.size + n * step, step)
            stops += range(at + step, at + step + n * step, step)
        at += n * step
    which, times = place[channels], np.array(log_times, np.uint64)
    first = np.array(starts, np.int64)
    data = Packed(np.frombuffer(records, np.uint8), first, np.array(stops, np.int64) - first)
    stamps = np.minimum(times, _LATEST).astype(np.int64)
    low, high = np.uint64(chunk.message_start_time), np.uint64(chunk.message_end_time)
    wanted = (which >= 0) & (times >= low) & (times <= high)
    if not wanted.all():
        which, stamps, data = which[wanted], stamps[wanted], data.at(wanted)
    if (stamps[1:] < stamps[:-1]).any():
        order = np.argsort(stamps, kind='stable')
        which, stamps, data = which[order], stamps[order], data.at(order)
    return which, stamps, data


def _n_alike(records: bytes, at: int, step: int) -> int:
    """How many records from here on are messages of one channel and size, up to a limit."""
    most = min((len(records) - at) // step, _MOST_ALIKE)
    heads = np.ndarray((most, _ALIKE), np.uint8, records, at, (step, 1))
    differs = (heads != heads[0]).any(axis=1)
    return int(differs.argmax()) if differs.any() else most
