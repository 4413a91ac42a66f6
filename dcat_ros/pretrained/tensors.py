"""The tensors of a file that torch saved, read without torch and so that it can call nothing else.

Such a file is a zip of one pickle and of the bytes of each storage. A pickle names functions, and
Python's reader calls them. This one knows the few names that a state dict needs, and has functions
of its own for all of them.
"""

import io
import math
import pickle
import zipfile
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ['read_tensors']

#: bytes of the pickle, and of all that is unpacked
_MOST_PICKLE, _MOST = 4 << 20, 256 << 20
_STORAGES: dict[str, np.dtype[Any]] = {
    'FloatStorage': np.dtype('<f4'),
    'DoubleStorage': np.dtype('<f8'),
    'HalfStorage': np.dtype('<f2'),
    'LongStorage': np.dtype('<i8'),
    'IntStorage': np.dtype('<i4'),
    'ByteStorage': np.dtype('u1'),
    'BoolStorage': np.dtype('?'),
}


class _Kind(NamedTuple):
    """What stands for a class of storages."""

    dtype: np.dtype[Any]


def read_tensors(data: bytes) -> dict[str, NDArray[Any]]:
    """The state dict in the bytes of a file: name -> array.

    Raises:
        ValueError: it is no such file, or needs more than tensors.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            n_bytes = sum(member.file_size for member in archive.infolist())
            if n_bytes > _MOST:
                raise ValueError('what it holds is larger than any network that is known')
            if n_bytes > len(data):  # torch packs nothing
                raise ValueError('what it holds is larger than the file')
            (name,) = (n for n in archive.namelist() if n.rpartition('/')[2] == 'data.pkl')
            if archive.getinfo(name).file_size > _MOST_PICKLE:
                raise ValueError('its list of tensors is larger than that of any network')
            held = _Reader(archive, name.removesuffix('data.pkl')).load()
    except Exception as problem:  # both libraries raise whatever the bytes lead them to
        raise ValueError(str(problem) or type(problem).__name__) from None
    if not isinstance(held, dict):
        raise ValueError('it holds no state dict')
    for key, value in held.items():
        if not isinstance(key, str) or not isinstance(value, np.ndarray):
            raise ValueError(f'{str(key)[:80]!r} in it is no tensor')
    return dict(held)


def _rebuilt(
    storage: object, offset: object, size: object, stride: object, *_: object
) -> NDArray[Any]:
    """A tensor as it lies in its storage, row by row; other orders are not taken."""
    shape, steps = _counts(size), _counts(stride)
    if not isinstance(storage, np.ndarray) or not isinstance(offset, int) or offset < 0:
        raise ValueError('a tensor in it has no storage')
    n = math.prod(shape)
    wanted = tuple(math.prod(shape[i + 1 :]) for i in range(len(shape)))
    if any(s != w for s, w, length in zip(steps, wanted, shape, strict=True) if length > 1):
        raise ValueError('a tensor in it does not lie row by row')
    if offset + n > len(storage):
        raise ValueError('a tensor in it reaches beyond its storage')
    return storage[offset : offset + n].reshape(shape)  # no copy: many may have one storage


def _counts(numbers: object) -> tuple[int, ...]:
    if not isinstance(numbers, tuple) or not all(isinstance(n, int) and n >= 0 for n in numbers):
        raise ValueError('a tensor in it has no shape')
    return numbers


class _Ordered(dict[Any, Any]):
    """What an OrderedDict is read as; a module's has attributes, which nothing here needs."""

    def __setstate__(self, state: object) -> None:
        """Ignored."""


def _ordered() -> _Ordered:
    return _Ordered()


_KNOWN: Mapping[tuple[str, str], object] = {
    ('torch._utils', '_rebuild_tensor_v2'): _rebuilt,
    ('collections', 'OrderedDict'): _ordered,
    **{('torch', name): _Kind(dtype) for name, dtype in _STORAGES.items()},
}


class _Reader(pickle._Unpickler):
    """Python's own reader, as it is written in Python.

    The one in C takes 17 GB where a program numbers one thing that it remembers 2 ** 30.
    """

    def _bytes_of_any_length(self) -> None:
        raise ValueError('it holds bytes, which no state dict does')

    # the one operation left that makes room by a number in the file
    dispatch: ClassVar[Any] = {
        **pickle._Unpickler.dispatch,
        pickle.BYTEARRAY8[0]: _bytes_of_any_length,
    }

    def __init__(self, archive: zipfile.ZipFile, prefix: str):
        super().__init__(io.BytesIO(archive.read(f'{prefix}data.pkl')))
        self._archive = archive
        self._prefix = prefix
        self._held: dict[str, NDArray[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        """One of the known functions, whatever is installed."""
        if (module, name) not in _KNOWN:
            raise ValueError(f'it asks for {module}.{name}, which is not taken')
        return _KNOWN[module, name]

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        """The storage that an entry of the pickle means."""
        what, kind, key, _, n = pid
        if what != 'storage' or not isinstance(kind, _Kind) or not isinstance(key, str):
            raise ValueError('it refers to something that is no storage')
        if key not in self._held:
            raw = self._archive.read(f'{self._prefix}data/{key}')
            self._held[key] = np.frombuffer(raw, kind.dtype)
        if self._held[key].dtype != kind.dtype or len(self._held[key]) != n:
            raise ValueError(f'its storage {key[:40]!r} is not as long as it says')
        return self._held[key]
