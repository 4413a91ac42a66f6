"""What a sensor needs of a bag; `dcat_ros.bags.read.BagReader` is one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from dcat_ros.messages.batch import Batch

__all__ = ['Recorded', 'Recording']


class Recorded(Protocol):
    """A message of a recording."""

    @property
    def topic(self) -> str:
        """On which it was sent."""
        ...

    @property
    def data(self) -> bytes:
        """Its CDR bytes."""
        ...

    @property
    def log_time_ns(self) -> int:
        """When it was recorded."""
        ...


class Recording(Protocol):
    """Messages that were recorded, topic by topic."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def topics(self) -> Mapping[str, str]:
        """Topic -> the type that counts."""
        ...

    @property
    def types(self) -> Mapping[str, Sequence[str]]:
        """Topic -> all its types."""
        ...

    def require(self, topic: str, type_name: str) -> None:
        """See that a topic has this type.

        Raises:
            BagError: it has not.
        """
        ...

    def messages(self, topics: Collection[str]) -> Iterator[Recorded]:
        """The messages of these topics, in the order of their log time."""
        ...

    def chunks(self, topics: Collection[str], n: int) -> Iterator[Batch]:
        """The same, up to n at once."""
        ...

    def definition(self, topic: str) -> str:
        """The text of a topic's type; empty if the recording does not say it."""
        ...
