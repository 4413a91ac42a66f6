"""Files for onnxruntime, spoilt byte by byte and operation by operation."""

from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import onnx
from onnx import numpy_helper

from dcat_ros.model.find import shipped_models
from dcat_ros.model.onnx_model import load_onnx
from tools.fuzz.models import SHIPPED
from tools.fuzz.mutate import mutated
from tools.fuzz.weights import run_model

__all__ = ['run_onnx', 'spoilt_onnx']

_INTS = (0, 1, -1, 2, 7, 1000, 2**20, 2**31, 2**40, 2**62, 2**63 - 1, -(2**63))
_SIZES = ([], [0], [1], [-1], [2**30], [1000, 1000, 1000], [2**62, 2], [0, 2**62], [2**31])
_OPERATIONS = (
    *('ConstantOfShape', 'Expand', 'Tile', 'Range', 'Pad', 'Loop', 'Scan', 'If', 'Resize'),
    *('MatMul', 'Add', 'Gather', 'Reshape', 'Slice', 'OneHot', 'Concat', 'Cast', 'NonZero', ''),
)


@cache
def _valid() -> bytes:
    return shipped_models()[SHIPPED['depth']].with_suffix('.onnx').read_bytes()


def spoilt_onnx(rng: Random) -> bytes:
    """A shipped network with bytes changed, or operations, their settings and its constants."""
    if rng.random() < 0.4:
        return mutated(_valid(), rng)
    network = onnx.load_from_string(_valid())
    graph = network.graph
    for _ in range(rng.randint(1, 3)):
        node = rng.choice(graph.node)
        change = rng.choice((_operation, _input, _settings, _constant, _large, _grown, _parts))
        change(graph, node, rng)
    return bytes(network.SerializeToString())


def _operation(graph: onnx.GraphProto, node: onnx.NodeProto, rng: Random) -> None:
    node.op_type = rng.choice((*_OPERATIONS, rng.choice(graph.node).op_type))


def _input(graph: onnx.GraphProto, node: onnx.NodeProto, rng: Random) -> None:
    other = rng.choice(graph.node)
    names = [*other.input, *other.output, graph.input[0].name, '', 'nothing']
    if node.input:
        node.input[rng.randrange(len(node.input))] = rng.choice(names)
    else:
        node.input.append(rng.choice(names))


def _settings(graph: onnx.GraphProto, node: onnx.NodeProto, rng: Random) -> None:
    if not node.attribute:
        node.attribute.append(onnx.helper.make_attribute('axis', rng.choice(_INTS)))
        return
    one = rng.choice(node.attribute)
    if one.ints:
        one.ints[rng.randrange(len(one.ints))] = rng.choice(_INTS)
    elif one.HasField('t'):
        one.t.CopyFrom(numpy_helper.from_array(np.array(rng.choice(_SIZES), np.int64)))
    else:
        one.i = rng.choice(_INTS)


def _constant(graph: onnx.GraphProto, node: onnx.NodeProto, rng: Random) -> None:
    array = rng.choice(graph.initializer)
    if rng.random() < 0.5:
        del array.dims[:]
        array.dims.extend(rng.choice(_SIZES))
    else:
        array.data_type = rng.randrange(24)


def _large(graph: onnx.GraphProto, node: onnx.NodeProto, rng: Random) -> None:
    """Something of a hostile size, made of a constant, before the first operation."""
    sizes = numpy_helper.from_array(np.array(rng.choice(_SIZES), np.int64), 'hostile')
    graph.initializer.append(sizes)
    one = graph.initializer[0].name
    names = {'Expand': [one, 'hostile'], 'ConstantOfShape': ['hostile'], 'Tile': [one, 'hostile']}
    operation = rng.choice(list(names))
    graph.node.insert(0, onnx.helper.make_node(operation, names[operation], ['made']))


def _grown(graph: onnx.GraphProto, node: onnx.NodeProto, rng: Random) -> None:
    """A column times a row."""
    n = rng.choice((10, 1000, 20_000))
    for name, shape in (('column', (n, 1)), ('row', (1, n))):
        graph.initializer.append(numpy_helper.from_array(np.zeros(shape, np.float32), name))
    operation = rng.choice(('MatMul', 'Add', 'Gemm'))
    graph.node.insert(0, onnx.helper.make_node(operation, ['column', 'row'], ['product']))


def _parts(graph: onnx.GraphProto, node: onnx.NodeProto, rng: Random) -> None:
    graph.value_info.extend(onnx.ValueInfoProto() for _ in range(rng.choice((1, 1000, 200_000))))


def run_onnx(path: Path) -> int:
    """Load, and if that goes, run."""
    return run_model(load_onnx(path))
