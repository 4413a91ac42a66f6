"""What node and bag need of a sensor, whichever it is."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import NOTE, Doubt
from dcat_ros.errors import MessageError
from dcat_ros.messages.packed import Packed
from dcat_ros.streaming.window import Window

__all__ = [
    'Check',
    'Notice',
    'Receiver',
    'Run',
    'TakesParts',
    'TakesRuns',
    'slow',
    'slowness',
]

Job = TypeVar('Job')

#: Takes a header's stamp in ns, 0 if it is empty; gives the one to use; raises MessageError.
Check = Callable[[int], int]
#: Takes the reason and a sentence of something odd in a message that is used all the same.
Notice = Callable[[str, str], None]


class Receiver(Protocol[Job]):
    """Takes messages one by one; what is slow about it may run in another thread.

        bytes ──► accept() ──► jobs ──► windows() ──► windows

    Attributes:
        last_stamp_ns: stamp of the last message that was accepted.
        last_frame_id: its frame.
        checks_later: a message that `accept` takes may still turn out to be unusable.
    """

    checks_later: bool
    last_stamp_ns: int
    last_frame_id: str

    @property
    def counts(self) -> Counter[str]:
        """What was seen."""
        ...

    @property
    def input_rate_hz(self) -> float:
        """Rate of the samples that arrived last, by their stamps; 0.0 if there are too few."""
        ...

    @property
    def doubts(self) -> list[Doubt]:
        """What speaks against the data being what the model takes."""
        ...

    def reset(self) -> None:
        """Forget everything but the counts; the next message starts anew."""
        ...

    def accept(self, data: bytes, arrived_ns: int, check: Check) -> list[Job]:
        """Take one serialised message; quick.

        Args:
            data: the CDR bytes.
            arrived_ns: when it came, by the clock of the stamps.
            check: of the header's stamp.

        Raises:
            MessageError: it is unusable.
        """
        ...

    def windows(self, job: Job) -> list[Window]:
        """The windows that a job completes; slow, and called in the order of the jobs.

        Raises:
            MessageError: what `accept` could not see yet is unusable.
        """
        ...


class Run(Protocol):
    """Samples of many messages of one frame, which came one after the other."""

    @property
    def places(self) -> NDArray[np.int64]:
        """Which of the messages, (n,)."""
        ...

    @property
    def stamps_ns(self) -> NDArray[np.int64]:
        """Of their headers, (n,); 0 where one is empty."""
        ...

    @property
    def frame_id(self) -> str:
        """Of all of them."""
        ...

    def at(self, places: NDArray[np.bool_]) -> Any:
        """Some of the samples."""
        ...


@runtime_checkable
class TakesRuns(Protocol):
    """A receiver that takes many messages at once, much faster than one by one."""

    def may_complete(self, data: bytes, arrived_ns: int) -> bool:
        """Whether a window may end with this message, so that it should be taken now; quick."""
        ...

    def decode_runs(
        self, messages: Packed, reject: Callable[[int, MessageError], None]
    ) -> Iterable[Any]:
        """Decode messages; `reject` is told which are unusable and why. Gives `Run`s."""
        ...

    def accept_run(self, run: Any, stamps_ns: NDArray[np.int64]) -> list[Window]:
        """Take what `decode_runs` gave, with the stamps (n,) that count for it."""
        ...

    def finished(self, jobs: Sequence[Window]) -> tuple[list[Window], list[list[Doubt]]]:
        """`Receiver.windows` of many jobs, and what is doubted with each."""
        ...


@runtime_checkable
class TakesParts(Protocol):
    """A receiver whose sensor may come in parts, on a topic each."""

    def accept_part(self, part: str, data: bytes, arrived_ns: int, check: Check) -> list[Any]:
        """Take one serialised message of a part; see `Receiver.accept`."""
        ...


def slow(input_hz: float, model_hz: float) -> str:
    """That a sensor is slower than the model's grid; empty if it is not, or not known."""
    if not 0 < input_hz < 0.8 * model_hz:
        return ''
    return f'data come at {input_hz:.1f} Hz, and the model learned from {model_hz:g} Hz'


def slowness(input_hz: float, model_hz: float) -> list[Doubt]:
    """That a sensor is slower than the model's grid, as a doubt, if it is."""
    sentence = slow(input_hz, model_hz)
    return [Doubt('rate', sentence, NOTE)] if sentence else []
