"""Files for onnxruntime, made of operations and arrays alone.

The light installation has onnxruntime and no library that writes its files; of their form, protocol
buffers of `onnx.proto`, a network needs little. Numbers of fields are those of ONNX's IR version 8.
"""

import struct
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ['Graph']

_IR, _OPSET = 8, 17
_FLOAT, _INT64 = 1, 7
_VARINT, _BYTES, _FIXED32 = 0, 2, 5

Attribute = int | float | Sequence[int]


class Graph:
    """Operations one after the other, each of which names what it takes and what it gives."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._arrays: list[bytes] = []
        self._n = 0

    def array(self, values: NDArray[np.generic]) -> str:
        """A constant of float32 or int64; its name."""
        name = f'c{len(self._arrays)}'
        kind = _INT64 if values.dtype.kind == 'i' else _FLOAT
        raw = values.astype('<i8' if kind == _INT64 else '<f4').tobytes()
        dims = b''.join(_number(1, n) for n in values.shape)
        self._arrays.append(dims + _number(2, kind) + _text(8, name) + _field(9, raw))
        return name

    def node(
        self,
        operation: str,
        *inputs: str,
        attributes: Mapping[str, Attribute] | None = None,
        name: str = '',
    ) -> str:
        """An operation of ONNX's own; the name of what it gives."""
        self._n += 1
        name = name or f'v{self._n}'
        parts = [_text(1, one) for one in inputs]
        parts += [_text(2, name), _text(4, operation)]
        parts += [_field(5, _attribute(key, value)) for key, value in (attributes or {}).items()]
        self._nodes.append(b''.join(parts))
        return name

    def model(
        self,
        inputs: Mapping[str, Sequence[int | str]],
        outputs: Mapping[str, Sequence[int | str]],
    ) -> bytes:
        """The whole file: name -> sizes of what goes in and comes out, all float32.

        A size that is a text may be any.
        """
        parts = [_field(1, node) for node in self._nodes]
        parts += [_text(2, 'network')]
        parts += [_field(5, array) for array in self._arrays]
        parts += [_field(11, _value(name, sizes)) for name, sizes in inputs.items()]
        parts += [_field(12, _value(name, sizes)) for name, sizes in outputs.items()]
        opset = _text(1, '') + _number(2, _OPSET)
        return b''.join(
            (_number(1, _IR), _text(2, 'dcat_ros'), _field(7, b''.join(parts)), _field(8, opset))
        )


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _key(2, _FIXED32) + struct.pack('<f', value) + _number(20, 1)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, 2)
    return _text(1, name) + b''.join(_number(8, n) for n in value) + _number(20, 7)


def _value(name: str, sizes: Sequence[int | str]) -> bytes:
    dims = [_text(2, n) if isinstance(n, str) else _number(1, n) for n in sizes]
    shape = b''.join(_field(1, dim) for dim in dims)
    tensor = _number(1, _FLOAT) + _field(2, shape)
    return _text(1, name) + _field(2, _field(1, tensor))


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _number(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _varint(value & (1 << 64) - 1)


def _text(number: int, value: str) -> bytes:
    return _field(number, value.encode())


def _field(number: int, value: bytes) -> bytes:
    return _key(number, _BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
