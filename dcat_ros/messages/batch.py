"""Serialised messages that came one after the other, as columns."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.messages.packed import Packed

__all__ = ['Batch', 'Recorded']


class Recorded(NamedTuple):
    """A serialised message.

    Attributes:
        topic: on which it was sent.
        data: its CDR bytes.
        arrived_ns: when it came; of a bag its log time.
    """

    topic: str
    data: bytes
    arrived_ns: int


class Batch:
    """Messages in the order in which they came.

    Args:
        topics: names.
        which: place in `topics` of each message's one, shape (n,).
        arrived_ns: when each came, shape (n,).
        data: their bytes.
    """

    def __init__(
        self,
        topics: Sequence[str],
        which: NDArray[np.intp],
        arrived_ns: NDArray[np.int64],
        data: Packed,
    ):
        self.topics = topics
        self.which = which
        self.arrived_ns = arrived_ns
        self.data = data

    @classmethod
    def of(cls, messages: Sequence[Recorded]) -> 'Batch':
        """These messages."""
        topics = list(dict.fromkeys(message.topic for message in messages))
        place = {topic: i for i, topic in enumerate(topics)}
        n = len(messages)
        which = np.fromiter((place[message.topic] for message in messages), np.intp, n)
        arrived = np.fromiter((message.arrived_ns for message in messages), np.int64, n)
        return cls(topics, which, arrived, Packed.of([message.data for message in messages]))

    def __len__(self) -> int:
        return len(self.which)

    def __iter__(self) -> Iterator[Recorded]:
        topics = [self.topics[i] for i in self.which.tolist()]
        return map(Recorded, topics, self.data, self.arrived_ns.tolist())

    def at(self, places: slice | NDArray[np.bool_]) -> 'Batch':
        """Some of the messages."""
        return Batch(self.topics, self.which[places], self.arrived_ns[places], self.data.at(places))

    def on(self, topics: Collection[str]) -> 'Batch':
        """The messages of these topics."""
        wanted = np.array([topic in topics for topic in self.topics], np.bool_)
        return self if wanted.all() else self.at(wanted[self.which])
