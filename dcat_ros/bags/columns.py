"""Messages of a bag as columns: what many of them have is looked at all at once."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.bags.plain import plain_data
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.zstd import ZSTD_MAGIC
from dcat_ros.messages.packed import Packed

__all__ = ['Columns', 'as_columns', 'gathered', 'plain_messages']

#: Messages that are gathered, and their bytes: of pictures a few.
_AT_ONCE, _BYTES_AT_ONCE = 4096, 1 << 20
_LATEST = 2**63 - 1


class Columns(NamedTuple):
    """Messages in the order of a bag.

    Attributes:
        kinds: (topic, type)s.
        which: place in `kinds` of each message's, shape (n,).
        times_ns: log times, shape (n,); the greatest number for what does not fit into 63 bits.
        data: their bytes.
    """

    kinds: list[tuple[str, str]]
    which: NDArray[np.intp]
    times_ns: NDArray[np.int64]
    data: Packed

    def at(self, places: NDArray[np.bool_]) -> 'Columns':
        """Some of the messages."""
        which, times_ns = self.which[places], self.times_ns[places]
        return Columns(self.kinds, which, times_ns, self.data.at(places))

    @property
    def any_compressed(self) -> bool:
        """Whether one of them is compressed by itself, see `plain_data`."""
        long = self.data.lengths >= len(ZSTD_MAGIC)
        heads = self.data.at(long).field(0, len(ZSTD_MAGIC))
        return bool((heads == np.frombuffer(ZSTD_MAGIC, np.uint8)).all(axis=1).any())


def plain_messages(columns: Columns) -> Iterator[RawMessage]:
    """The messages one by one, each without its own compression."""
    kinds = [columns.kinds[i] for i in columns.which.tolist()]
    times = columns.times_ns.tolist()
    for (topic, type_name), time_ns, data in zip(kinds, times, columns.data, strict=True):
        yield RawMessage(topic, type_name, time_ns, plain_data(data))


def as_columns(messages: Sequence[RawMessage]) -> Columns:
    """These messages."""
    kinds = list(dict.fromkeys((message.topic, message.type_name) for message in messages))
    place = {kind: i for i, kind in enumerate(kinds)}
    n = len(messages)
    which = np.fromiter((place[m.topic, m.type_name] for m in messages), np.intp, n)
    times = np.fromiter((min(m.log_time_ns, _LATEST) for m in messages), np.int64, n)
    return Columns(kinds, which, times, Packed.of([message.data for message in messages]))


def gathered(messages: Iterator[RawMessage]) -> Iterator[Columns]:
    """Messages by many; where they end with an error, those before it come first."""
    some: list[RawMessage] = []
    n_bytes = 0
    try:
        for message in messages:
            some.append(message)
            n_bytes += len(message.data)
            if len(some) == _AT_ONCE or n_bytes >= _BYTES_AT_ONCE:
                yield as_columns(some)
                some, n_bytes = [], 0
    except Exception:  # whatever it is, it goes on behind what was read before it
        if some:
            yield as_columns(some)
        raise
    if some:
        yield as_columns(some)
