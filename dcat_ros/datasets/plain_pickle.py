"""A pickle of lists, dictionaries and numpy arrays, read so that it can call nothing else.

A pickle names functions, and the reader of Python calls them. This one knows four names, those of
which numpy makes its arrays, and has functions of its own for the two that do more than is needed.
"""

import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ['read_plain_pickle']


def read_plain_pickle(data: bytes) -> object:
    """What the pickle holds.

    Raises:
        ValueError: it is none, or needs more than plain types and numpy's arrays.
    """
    try:
        return _Reader(io.BytesIO(data)).load()
    except Exception as problem:  # it raises whatever the bytes lead it to
        raise ValueError(str(problem) or type(problem).__name__) from None


def _empty_array(*_: object) -> np.ndarray[Any, Any]:
    """What numpy's `_reconstruct` makes, before the state tells shape and values."""
    return np.ndarray((0,), 'b')


def _latin1(text: str, encoding: str) -> bytes:
    """How pickles of protocol 2 say bytes; other encodings unpack what is compressed."""
    if encoding != 'latin1':
        raise ValueError(f'the encoding {encoding!r} is not taken')
    return text.encode('latin1')


_KNOWN: dict[tuple[str, str], Callable[..., object]] = {
    ('numpy.core.multiarray', '_reconstruct'): _empty_array,
    ('numpy._core.multiarray', '_reconstruct'): _empty_array,
    ('numpy', 'dtype'): np.dtype,
    ('numpy', 'ndarray'): np.ndarray,
    ('_codecs', 'encode'): _latin1,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """One of the known functions, whatever is installed."""
        if (module, name) not in _KNOWN:
            raise ValueError(f'it asks for {module}.{name}, which is not taken')
        return _KNOWN[module, name]
