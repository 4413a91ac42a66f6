"""A file for onnxruntime taken apart by its own structure, before that library sees it.

The library makes objects of whatever a file lists, and runs what it can run while it opens a file.
So fields are counted here, and those that our exports do not have are refused: operations with
graphs inside, functions, arrays that lie elsewhere or list only what is not zero.

Source of the numbers of fields: `onnx.proto` of ONNX, IR version 10.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ['MOST_DIMS', 'Array', 'Node', 'Parts', 'parts_of']

#: Of the whole file; an export has 20 thousand. onnxruntime takes some hundred bytes for each.
_MOST_FIELDS = 100_000
_VARINT, _BYTES, _FIXED32 = 0, 2, 5
#: Of ONNX's operations: since then axes are told as `onnx_rules` reads them.
_OLDEST = 18
#: Axes of a value, at most.
MOST_DIMS = 8
#: number -> type of a value; text and complex numbers are none of a network's
_KINDS = {1: 'f4', 6: 'i4', 7: 'i8', 9: '?', 11: 'f8'}
_FLOAT, _INT, _TEXT, _ARRAY, _FLOATS, _INTS = 1, 2, 3, 4, 6, 7


@dataclass(frozen=True)
class _Field:
    """A field of a message.

    Attributes:
        name: of ours.
        kind: of its value on the wire.
        parts: the fields of a message in it.
        many: whether it may be there more than once.
    """

    name: str
    kind: int = _BYTES
    parts: 'Mapping[int, _Field] | None' = None
    many: bool = False


_Fields = Mapping[int, _Field]

_PROPERTY: _Fields = {1: _Field('key'), 2: _Field('value')}
_TENSOR: _Fields = {
    1: _Field('dims', _VARINT, many=True),
    2: _Field('kind', _VARINT),
    8: _Field('name'),
    9: _Field('raw'),
    12: _Field('doc'),
}
_ATTRIBUTE: _Fields = {
    1: _Field('name'),
    2: _Field('f', _FIXED32),
    3: _Field('i', _VARINT),
    4: _Field('s'),
    5: _Field('t', parts=_TENSOR),
    7: _Field('floats', _FIXED32, many=True),
    8: _Field('ints', _VARINT, many=True),
    13: _Field('doc'),
    20: _Field('type', _VARINT),
}
_NODE: _Fields = {
    1: _Field('inputs', many=True),
    2: _Field('outputs', many=True),
    3: _Field('name'),
    4: _Field('operation'),
    5: _Field('attributes', parts=_ATTRIBUTE, many=True),
    6: _Field('doc'),
    7: _Field('domain'),
}
_DIM: _Fields = {1: _Field('size', _VARINT), 2: _Field('symbol')}
_SHAPE: _Fields = {1: _Field('dims', parts=_DIM, many=True)}
_OF_TENSOR: _Fields = {1: _Field('kind', _VARINT), 2: _Field('shape', parts=_SHAPE)}
_TYPE: _Fields = {1: _Field('tensor', parts=_OF_TENSOR)}
_VALUE: _Fields = {
    1: _Field('name'),
    2: _Field('type', parts=_TYPE),
    3: _Field('doc'),
    4: _Field('properties', parts=_PROPERTY, many=True),
}
_GRAPH: _Fields = {
    1: _Field('nodes', parts=_NODE, many=True),
    2: _Field('name'),
    5: _Field('arrays', parts=_TENSOR, many=True),
    10: _Field('doc'),
    11: _Field('inputs', parts=_VALUE, many=True),
    12: _Field('outputs', parts=_VALUE, many=True),
    13: _Field('values', parts=_VALUE, many=True),
}
_OPERATIONS: _Fields = {1: _Field('domain'), 2: _Field('version', _VARINT)}
_MODEL: _Fields = {
    1: _Field('format', _VARINT),
    2: _Field('producer'),
    3: _Field('producer_version'),
    4: _Field('domain'),
    5: _Field('version', _VARINT),
    6: _Field('doc'),
    7: _Field('graph', parts=_GRAPH),
    8: _Field('operations', parts=_OPERATIONS, many=True),
    14: _Field('properties', parts=_PROPERTY, many=True),
}


@dataclass(frozen=True)
class Array:
    """A constant of the file.

    Attributes:
        shape: of it.
        values: of it, flat; a view of the file.
    """

    shape: tuple[int, ...]
    values: NDArray[Any]


@dataclass(frozen=True)
class Node:
    """An operation: its name, what it takes and gives, and its settings."""

    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Parts:
    """What a file holds.

    Attributes:
        inputs: names of what goes in.
        outputs: names of what comes out.
        arrays: constants by their names.
        nodes: operations in their order.
        properties: the words that its maker wrote into it.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    arrays: Mapping[str, Array]
    nodes: tuple[Node, ...]
    properties: Mapping[str, str]


def parts_of(data: bytes) -> Parts:
    """Take a file apart.

    Raises:
        ValueError: it is none, it breaks off, or it has what no export of ours has.
    """
    model = _Reader().read(memoryview(data), _MODEL)
    if 'graph' not in model:
        raise ValueError('it has no network in it')
    if [_text(one, 'domain') for one in model.get('operations', [])] != ['']:
        raise ValueError("it needs operations that are not ONNX's own")
    if model['operations'][0].get('version', 0) < _OLDEST:
        raise ValueError('its operations are those of an old ONNX')
    graph = model['graph']
    return Parts(
        tuple(_text(one, 'name') for one in graph.get('inputs', [])),
        tuple(_text(one, 'name') for one in graph.get('outputs', [])),
        {_text(one, 'name'): _array(one) for one in graph.get('arrays', [])},
        tuple(_node(one) for one in graph.get('nodes', [])),
        {_text(one, 'key'): _text(one, 'value') for one in model.get('properties', [])},
    )


class _Reader:
    """Reads messages of protocol buffers, and counts their fields."""

    def __init__(self) -> None:
        self._n = 0

    def read(self, data: memoryview, known: _Fields) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number, kind, value in _fields(data):
            self._n += 1
            if self._n > _MOST_FIELDS:
                raise ValueError(f'it has more than {_MOST_FIELDS} parts')
            field = known.get(number)
            if field is None or field.kind != kind:
                raise ValueError(f'it has a part that no export has (field {number})')
            if field.parts is not None:
                value = self.read(value, field.parts)
            if field.many:
                found.setdefault(field.name, []).append(value)
            elif field.name in found:  # the library would join them
                raise ValueError(f'it says its {field.name} twice')
            else:
                found[field.name] = value
        return found


def _fields(data: memoryview) -> Iterator[tuple[int, int, Any]]:
    """Number, kind and value of each field."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield key >> 3, kind, value - (1 << 64) if value >> 63 else value
            continue
        if kind == _FIXED32:
            length = 4
        elif kind == _BYTES:
            length, at = _varint(data, at)
        else:
            raise ValueError('it is no file of this kind')
        if at + length > len(data):
            raise ValueError('it breaks off')
        yield key >> 3, kind, data[at : at + length]
        at += length


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError('it breaks off')
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & (1 << 64) - 1, at
    raise ValueError('it is no file of this kind')


def _text(message: Mapping[str, Any], name: str) -> str:
    return bytes(message.get(name, b'')).decode('utf-8', 'replace')


def _array(message: Mapping[str, Any]) -> Array:
    shape, kind = tuple(message.get('dims', ())), _KINDS.get(message.get('kind', 0))
    if kind is None or len(shape) > MOST_DIMS or min(shape, default=0) < 0:
        raise ValueError('it has an array that is none')
    raw = message.get('raw', b'')
    n = 1
    for size in shape:
        n *= size
    if len(raw) != n * np.dtype(kind).itemsize:
        raise ValueError(f'an array of {len(raw)} bytes cannot be {list(shape)[:9]}')
    return Array(shape, np.frombuffer(raw, f'<{kind}' if kind != '?' else kind))


def _node(message: Mapping[str, Any]) -> Node:
    operation = _text(message, 'operation')
    if _text(message, 'domain'):
        raise ValueError(f"its operation {operation[:40]!r} is not ONNX's own")
    attributes: dict[str, Any] = {}
    for one in message.get('attributes', []):
        name = _text(one, 'name')
        if name in attributes:
            raise ValueError(f'its operation {operation[:40]!r} says {name[:40]!r} twice')
        attributes[name] = _setting(one)
    names = [
        tuple(bytes(n).decode('utf-8', 'replace') for n in message.get(key, ()))
        for key in ('inputs', 'outputs')
    ]
    return Node(operation, names[0], names[1], attributes)


def _setting(message: Mapping[str, Any]) -> Any:
    kind = message.get('type', 0)
    if kind == _FLOAT:
        return float(np.frombuffer(message.get('f', bytes(4)), '<f4')[0])
    if kind == _INT:
        return message.get('i', 0)
    if kind == _TEXT:
        return _text(message, 's')
    if kind == _ARRAY and 't' in message:
        return _array(message['t'])
    if kind == _FLOATS:
        return [float(np.frombuffer(f, '<f4')[0]) for f in message.get('floats', [])]
    if kind == _INTS:
        return list(message.get('ints', []))
    raise ValueError('it has a setting that no export has')
