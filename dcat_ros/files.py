"""Looking at files, and writing them whole or not at all."""

import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from dcat_ros.errors import InputError, OutputError

__all__ = ['check_writable', 'exists', 'read_at_most', 'sha256_of', 'write_whole']


def exists(path: Path) -> bool:
    """Whether something is there; False for a name that no file can have."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def read_at_most(path: Path, most: int, error: type[InputError], too_large: str) -> bytes:
    """The bytes of a file that has no more than so many; a device has more.

    Args:
        path: of the file.
        most: bytes.
        error: what is raised.
        too_large: what is said of a larger one, behind its path.

    Raises:
        InputError: of the kind `error`: it cannot be read, or is larger.
    """
    data = bytearray()
    try:
        with path.open('rb') as file:
            while piece := file.read(1 << 20):
                data += piece
                if len(data) > most:
                    raise error(f'{path} {too_large}')
    except (OSError, ValueError) as problem:  # a name with a NUL is a ValueError
        raise error(f'{path} cannot be read: {problem}') from None
    return bytes(data)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def check_writable(path: Path) -> None:
    """See that a file can be written, before hours of work for it; nothing is left behind.

    Raises:
        OutputError: it cannot.
    """
    if path.is_dir():
        raise OutputError(f'{path} is a folder; give the name of a file.')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f'.{path.name}-'):
            pass
    except OSError as problem:
        raise OutputError(f'{path} cannot be written: {problem.strerror}.') from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f'.{path.name}-', delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                os.chmod(file.name, 0o644)
                os.replace(file.name, path)
            except OSError:
                os.unlink(file.name)
                raise
    except OSError as problem:
        raise OutputError(f'{path} cannot be written: {problem}') from None
