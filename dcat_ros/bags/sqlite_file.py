"""SQLite files of bags: cut off, or with a log beside them that nobody closed."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from dcat_ros.errors import BagError

__all__ = ['SQLITE_MAGIC', 'logs_beside', 'made_up', 'open_sqlite', 'take_up_logs']

SQLITE_MAGIC = b'SQLite format 3'
_LOGS = ('-wal', '-journal')
_HEAD = 100
_TABLES = ('messages', 'topics', 'schema', 'message_definitions', 'metadata')


def logs_beside(path: Path) -> list[Path]:
    """The logs that a killed recorder left beside a .db3 file; SQLite would read, and delete them.

    In a write-ahead log stand messages, often all of them. A journal says how to undo what was
    half written.
    """
    beside = [path.with_name(path.name + ending) for ending in _LOGS]
    try:
        return [log for log in beside if log.is_file() and log.stat().st_size]
    except OSError as problem:
        raise BagError(f'{path} cannot be read: {problem}') from None


def take_up_logs(path: Path, folder: Path) -> None:
    """Copy a file into a folder, with what stands in the logs beside it. They stay as they are.

    The -shm file is not taken: SQLite makes it anew.

    Raises:
        BagError: it cannot be read, or the copy cannot be written.
    """
    copy = folder / path.name
    try:
        shutil.copyfile(path, copy)
        for log in logs_beside(path):
            shutil.copyfile(log, folder / log.name)
            with (folder / log.name).open('ab') as end:
                # at a journal's end may stand the name of another file, which SQLite would delete
                end.write(bytes(16))
    except OSError as problem:
        raise BagError(f'{path} cannot be copied, to read it with its log: {problem}') from None
    # what it is that cannot be used, is seen when it is read
    with suppress(sqlite3.Error), closing(sqlite3.connect(copy)) as connection:
        connection.execute('PRAGMA trusted_schema=OFF')
        connection.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        connection.execute('PRAGMA journal_mode=DELETE')


@contextmanager
def open_sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """An SQLite file that may be cut off; what is not there ends a query with DatabaseError.

    Logs beside it are neither read nor touched.

    Raises:
        BagError: it cannot be read, or not be copied where it is cut off.
    """
    with TemporaryDirectory() as folder:
        try:
            whole = path
            if not _is_whole(path):
                whole = Path(folder) / path.name
                _copy_whole_pages(path, whole)
            # immutable: SQLite looks for no log, and locks nothing
            uri = f'{whole.resolve().as_uri()}?mode=ro&immutable=1'
            connection = sqlite3.connect(uri, uri=True)
        except (OSError, sqlite3.Error) as problem:
            raise BagError(f'{path} cannot be read: {problem}') from None
        try:
            connection.execute('PRAGMA trusted_schema=OFF')
            yield connection
        finally:
            connection.close()


def made_up(connection: sqlite3.Connection) -> str:
    """The name of a bag's table that is none, but computed; empty if there is none.

    A view, a virtual table or a generated column may be endless, or of any size.

    Raises:
        sqlite3.DatabaseError: the file is damaged.
    """
    rows = connection.execute('SELECT lower(name), type, rootpage, sql FROM sqlite_master')
    for name, kind, page, sql in rows:
        stored = kind == 'table' and page and not re.search('generated|\\bas\\b', str(sql), re.I)
        if name in _TABLES and not stored:
            return str(name)
    return ''


def _page_size(head: bytes) -> int:
    # at byte 16, 1 standing for 65536 (SQLite file format, section 1.3)
    size = int.from_bytes(head[16:18], 'big')
    return 65536 if size == 1 else max(size, 512)


def _is_whole(path: Path) -> bool:
    """Whether the file has as many pages as its head says."""
    with path.open('rb') as source:
        head = source.read(_HEAD)
    n_pages = int.from_bytes(head[28:32], 'big')
    return len(head) == _HEAD and path.stat().st_size == n_pages * _page_size(head)


def _copy_whole_pages(path: Path, target: Path) -> None:
    """Copy the file without the part of a page at its end, which SQLite would fill with zeros."""
    with path.open('rb') as source, target.open('wb') as copy:
        size = _page_size(source.read(_HEAD))
        n_pages = path.stat().st_size // size
        source.seek(0)
        left = n_pages * size
        while left and (block := source.read(min(left, 1 << 20))):
            copy.write(block)
            left -= len(block)
        if n_pages:
            copy.seek(28)
            copy.write(n_pages.to_bytes(4, 'big'))
