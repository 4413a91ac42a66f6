"""The CSV file of one recording's labels: read, and written whole or not at all.

Whoever saves says which state of the file he knew. If it is another one by now (another window of a
browser, another program), nothing is written, and he gets to know.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from dcat_ros.errors import InputError, OutputError
from dcat_ros.files import exists, read_at_most, write_whole
from dcat_ros.label.intervals import checked
from dcat_ros.segment import Segment
from dcat_ros.texts import MOST_BYTES
from dcat_ros.truth import csv_text, from_first_reading, read_csv, to_first_reading

__all__ = ['ChangedError', 'LabelFile']

#: The state of a file that is not there.
_NONE = 'none'


class ChangedError(Exception):
    """The file is not what the one who saves knew."""


class LabelFile:
    """Labels of a recording in a file.

    Args:
        path: of the file.
        begin_ns: stamp of the recording's first reading: seconds in the file count from there,
            where its clock began at zero, see `truth.from_first_reading`.
        first: what holds while there is no file.

    Attributes:
        path: see above.
        begin_ns: likewise.
    """

    def __init__(self, path: Path, begin_ns: int, first: Sequence[Segment] = ()):
        self.path = path
        self.begin_ns = begin_ns
        self._first = list(first)
        self._lock = Lock()

    def read(self) -> tuple[list[Segment], str]:
        """The labels on the clock of the stamps, and the state of the file.

        Raises:
            InputError: the file is damaged.
        """
        # the state first: if it changes in between, the next one who saves gets to know
        state = self._state()
        if state == _NONE:
            return list(self._first), state
        segments = from_first_reading(read_csv(self.path), self.begin_ns)
        return checked(segments, str(self.path)), state

    def save(self, segments: Sequence[Segment], known: str) -> str:
        """Write labels, if the file is as it was known.

        Args:
            segments: on the clock of the stamps.
            known: its state when it was read.

        Returns:
            Its state now.

        Raises:
            ChangedError: it was changed.
            InputError: the labels make no sense, or it cannot be written.
        """
        told = to_first_reading(checked(segments, str(self.path)), self.begin_ns)
        data = csv_text(told).encode()
        with self._lock, self._alone():
            if self._state() != known:
                raise ChangedError
            write_whole(self.path, data)
        return _state_of(data)

    def _state(self) -> str:
        if not exists(self.path):
            return _NONE
        return _state_of(read_at_most(self.path, MOST_BYTES, InputError, 'is too large.'))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process saves in this folder, where its file system knows locks."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            folder = os.open(self.path.parent, os.O_RDONLY)
        except OSError as problem:
            raise OutputError(f'{self.path} cannot be written: {problem.strerror}.') from None
        try:
            with suppress(OSError):  # some network's
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def _state_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
