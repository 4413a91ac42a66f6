"""Arrays that are expensive to make, kept in a file and checked whenever they are read.

The folder is that of `user_cache`. It may be deleted at any time. An entry whose key no one asks
for any more stays until then.
"""

import hashlib
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from dcat_ros.errors import OutputError
from dcat_ros.files import write_whole
from dcat_ros.texts import parse_json
from dcat_ros.user_cache import folder

__all__ = ['Arrays', 'Progress', 'cached']

Arrays = dict[str, NDArray[np.generic]]
#: is told how many steps of how many are done
Progress = Callable[[int, int], None]


def cached(
    key: str | bytes,
    build: Callable[[Progress | None], Arrays],
    progress: Progress | None = None,
) -> Arrays:
    """Give the arrays of a key: those in the cache, or new ones, which are then kept there.

    A file is written whole or not at all and carries the SHA-256 of its contents. One that is
    damaged is built again, and one that cannot be written is done without: a RuntimeWarning says
    so, and the result is the same.

    Args:
        key: everything that the arrays depend on, or a digest of it.
        build: makes the arrays; is given `progress`.
        progress: is told how far the building is; not called where nothing is built.

    Raises:
        Whatever `build` raises; nothing is kept then.
    """
    name = hashlib.sha256(key.encode() if isinstance(key, str) else key).hexdigest()
    where = folder()
    path = where / f'{name}.safetensors' if where else None
    if path is not None:
        try:
            return _read(path)
        except OSError:
            pass  # not there yet, or unreadable: a new one is written over it
        except ValueError as problem:
            warnings.warn(
                f'{path} is damaged ({problem}); it is made again.', RuntimeWarning, stacklevel=2
            )
    arrays = build(progress)
    try:
        if path is None:
            raise OutputError('there is no home folder to keep a cache in')
        metadata = {'sha256': _digest(arrays)}
        write_whole(path, safetensors.numpy.save(_contiguous(arrays), metadata))
    except OutputError as problem:
        warnings.warn(
            f'{problem}; the arrays will be made again next time. Set DCAT_CACHE to a folder that '
            'can be written.',
            RuntimeWarning,
            stacklevel=2,
        )
    return arrays


def _read(path: Path) -> Arrays:
    """Arrays of a file.

    Raises:
        OSError: it cannot be read.
        ValueError: its contents are not what was written.
    """
    data = path.read_bytes()
    try:
        arrays: Arrays = safetensors.numpy.load(data)
        # the library has checked the header by now
        header: Any = parse_json(data[8 : 8 + int.from_bytes(data[:8], 'little')])
        digest = header['__metadata__']['sha256']
    except Exception as problem:  # the library raises whatever the bytes lead it to
        raise ValueError(str(problem) or type(problem).__name__) from None
    if digest != _digest(arrays):
        raise ValueError('its contents do not have the digest that it names')
    return arrays


def _digest(arrays: Arrays) -> str:
    """SHA-256 of names, types, shapes and values."""
    digest = hashlib.sha256()
    for name, array in sorted(_contiguous(arrays).items()):
        digest.update(json.dumps([name, array.dtype.str, array.shape]).encode())
        digest.update(array.data)
    return digest.hexdigest()


def _contiguous(arrays: Arrays) -> Arrays:
    # safetensors writes the memory as it lies, and a digest is over memory as well
    return {name: np.asarray(array, order='C') for name, array in arrays.items()}
