"""Arrays that are put aside on disk, so that the memory need not hold all of them."""

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from dcat_ros.errors import OutputError

__all__ = ['Shelf']

#: Bytes of the first file and of the largest ones; a larger array has one of its own.
_FIRST, _FILE = 1 << 20, 1 << 26
_ALIGNED = 64
#: Rows that are copied at once.
_AT_ONCE = 1 << 14


class Shelf:
    """A place on disk for arrays; what is put there goes with the last array that is in use.

    The files have no name, so that nothing is left behind even where the program is killed. Their
    bytes are reserved before they are written: a disk that is full is an error, and no crash.

    Args:
        folder: on which disk; the folder of temporary files, which may be memory, without it.
    """

    def __init__(self, folder: Path | None = None):
        self._folder = folder
        self._room = np.zeros(0, np.uint8)
        self._next = _FIRST

    def empty(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """An array of any values, to be filled.

        Raises:
            OutputError: there is no room for it.
        """
        kind = np.dtype(dtype)
        n = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
        if not n:
            return np.empty(shape, kind)
        taken = -(-n // _ALIGNED) * _ALIGNED
        if len(self._room) < taken:
            self._room = self._file(max(taken, self._next))
            self._next = min(2 * self._next, _FILE)
        own, self._room = self._room[:n], self._room[taken:]
        return own.view(kind).reshape(shape)

    def put(self, values: NDArray[Any]) -> NDArray[Any]:
        """The same values on disk.

        Raises:
            OutputError: there is no room for them.
        """
        own = self.empty(values.shape, values.dtype)
        own[...] = values
        return own

    def joined(self, parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Arrays one behind the other; at least one.

        Raises:
            OutputError: there is no room for them.
        """
        n = sum(len(part) for part in parts)
        own = self.empty((n, *parts[0].shape[1:]), np.result_type(*{part.dtype for part in parts}))
        begin = 0
        for part in parts:
            for start in range(0, len(part), _AT_ONCE):
                some = part[start : start + _AT_ONCE]
                own[begin : begin + len(some)] = some
                begin += len(some)
        return own

    def _file(self, n: int) -> NDArray[np.uint8]:
        try:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self._folder) as file:
                os.posix_fallocate(file.fileno(), 0, n)
                return np.asarray(np.memmap(file, np.uint8, 'r+', shape=(n,)))
        except OSError as problem:
            raise OutputError(
                f'{self._folder or "The folder of temporary files"} has no room for {n >> 20} MiB '
                f'that do not fit into the memory: {problem.strerror}.'
            ) from None
