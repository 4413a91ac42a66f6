"""Bytes behind one another in a file without a name: it is gone with the process, however it ends.

Pictures and sound of a long recording need not fit into memory, and nothing of them is left behind.
"""

import errno
import os
from tempfile import TemporaryFile

from dcat_ros.errors import OutputError

__all__ = ['Spool']


class Spool:
    """A file that grows at its end and is read anywhere, by several threads at once.

    Raises:
        OutputError: there is no place for it.
    """

    def __init__(self) -> None:
        try:
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115  closed by close()
        except OSError as problem:
            raise OutputError(f'No temporary file can be made: {problem.strerror}.') from None
        self._size = 0

    def append(self, data: bytes) -> int:
        """Put bytes at the end, and say where they begin.

        Raises:
            OutputError: the disk is full.
        """
        start, view = self._size, memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as problem:
            raise OutputError(
                f'The folder of temporary files holds no more ({problem.strerror}); name another '
                'one with TMPDIR.'
            ) from None
        self._size += len(data)
        return start

    def read(self, start: int, n: int) -> bytes:
        """So many bytes from there on.

        Raises:
            OSError: they cannot be read, or the file was closed.
        """
        try:
            return os.pread(self._file.fileno(), n, start)
        except ValueError:
            raise OSError(errno.EBADF, 'the file was closed') from None

    def close(self) -> None:
        """Give the place back."""
        self._file.close()
