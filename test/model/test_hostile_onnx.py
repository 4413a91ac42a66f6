"""Files for onnxruntime that ask for more than they hold: refused before that library sees them."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from helpers import make_card
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from dcat_ros.errors import WeightsError
from dcat_ros.model.find import shipped_models
from dcat_ros.model.onnx_model import FACTS, LOG_P, WINDOWS, load_onnx
from dcat_ros.model.onnx_parts import parts_of
from dcat_ros.model.onnx_rules import given as shapes_given
from dcat_ros.model.onnx_value import Value
from dcat_ros.model.record import KEY

CARD = make_card()
ONNX = {name: path.with_suffix('.onnx') for name, path in shipped_models().items()}


def ints(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def column(name, shape):
    return numpy_helper.from_array(np.zeros(shape, np.float32), name)


def network(nodes, arrays=(), **more):
    """A network of an inertial sensor whose operations are these, with a whole record."""
    graph = helper.make_graph(
        [*nodes, helper.make_node('Identity', [WINDOWS], [LOG_P])],
        'network',
        [helper.make_tensor_value_info(WINDOWS, TensorProto.FLOAT, ['n', 't', 6])],
        [helper.make_tensor_value_info(LOG_P, TensorProto.FLOAT, None)],
        list(arrays),
    )
    opset = [helper.make_opsetid('', 20)]
    made = helper.make_model(graph, **{'opset_imports': opset, 'ir_version': 10, **more})
    facts = json.dumps({'weights_sha256': '0' * 64, 'least': 1})
    helper.set_model_props(made, {KEY: CARD.model_dump_json(), FACTS: facts})
    return made


def node(operation, *inputs, to='x', **settings):
    return helper.make_node(operation, list(inputs), [to], **settings)


def looped():
    body = helper.make_graph(
        [node('Identity', 'go', to='going')],
        'body',
        [helper.make_tensor_value_info(n, t, []) for n, t in (('i', 7), ('go', 9))],
        [helper.make_tensor_value_info('going', 9, [])],
    )
    return network([node('Loop', 'n', 'yes', body=body)], [ints('n', 2**62), ints('yes', 1)])


def elsewhere():
    made = network([], [column('w', (2, 2))])
    (array,) = made.graph.initializer
    array.ClearField('raw_data')
    array.data_location = TensorProto.EXTERNAL
    array.external_data.add(key='location', value='/etc/hostname')
    return made


def sparse():
    made = network([])
    made.graph.sparse_initializer.add(dims=[2**34], values=column('s', (0,)), indices=ints('i'))
    return made


def functions():
    made = network([node('More', WINDOWS)])
    opset = [helper.make_opsetid('', 20)]
    twice = helper.make_function('', 'More', ['a'], ['x'], [node('Abs', 'a')], opset)
    made.functions.append(twice)
    return made


BILLION = ints('b', 2**30)
HOSTILE = {
    'a constant by its size': network([node('ConstantOfShape', 'b')], [BILLION]),
    'repeated': network([node('Expand', 'c', 'b')], [BILLION, column('c', (1,))]),
    'repeated in three directions': network(
        [node('Expand', 'c', 'b')], [ints('b', 1000, 1000, 1000), column('c', (1,))]
    ),
    'counted': network(
        [node('Range', 'a', 'b', 'c')],
        [numpy_helper.from_array(np.array(n), m) for n, m in ((0, 'a'), (2**40, 'b'), (1, 'c'))],
    ),
    'padded': network([node('Pad', 'c', 'b')], [ints('b', 0, 2**30), column('c', (1,))]),
    'column times row': network(
        [node('MatMul', 'c', 'r')], [column('c', (40_000, 1)), column('r', (1, 40_000))]
    ),
    'hours of computing': network(
        [node('Conv', 'c', 'k', pads=[10**7, 10**7])],
        [column('c', (1, 1, 1)), column('k', (1, 1, 50_000))],
    ),
    'a kernel of three axes': network(
        [node('Conv', 'c', 'k')], [column('c', (1, 1, 9, 9, 9)), column('k', (1, 1, 3, 3, 3))]
    ),
    'column and row': network(
        [node('Add', 'c', 'r')], [column('c', (40_000, 1)), column('r', (1, 40_000))]
    ),
    'a little, many times': network(
        [node('Add', 'c', 'r', to=f'x{i}') for i in range(30)],
        [column('c', (1000, 1)), column('r', (1, 1000))],
    ),
    'every window with every other': network(
        [node('Unsqueeze', WINDOWS, 'a', to='u'), node('Unsqueeze', 'u', 'b', to='v'),
         node('Add', 'u', 'v')],
        [ints('a', 0), ints('b', 2)],
    ),
    'as large as the sensor says': network(
        [helper.make_node('Cast', [WINDOWS], ['i'], to=7), node('Reshape', 'i', 'b', to='s'),
         node('Expand', 'c', 's')],
        [ints('b', -1), column('c', (1,))],
    ),
    '32 bits that turn over': network(
        [helper.make_node('Cast', ['b'], ['i'], to=6), node('Mul', 'i', 'i', to='m'),
         helper.make_node('Cast', ['m'], ['s'], to=7), node('Expand', 'c', 's')],
        [ints('b', 65_536), column('c', (1,))],
    ),
    'a loop': looped(),
    'text': network([helper.make_node('Cast', [WINDOWS], ['x'], to=8)]),
    'in another file': elsewhere(),
    'sparse': sparse(),
    'functions': functions(),
    'operations of others': network(
        [helper.make_node('Gelu', [WINDOWS], ['x'], domain='com.microsoft')],
        opset_imports=[helper.make_opsetid('', 20), helper.make_opsetid('com.microsoft', 1)],
    ),
    'an old ONNX': network([], opset_imports=[helper.make_opsetid('', 9)]),
    'an array that is not there': network([node('Abs', 'nothing')]),
    'many parts': network([node('Abs', WINDOWS, to=f'{i}') for i in range(40_000)]),
}  # fmt: skip


@pytest.mark.parametrize('made', HOSTILE.values(), ids=HOSTILE)
def test_what_asks_for_more_is_refused_before_it_is_opened(made, tmp_path, monkeypatch):
    def opened(*_, **__):
        raise AssertionError('it was opened')

    monkeypatch.setattr(onnxruntime, 'InferenceSession', opened)
    path = tmp_path / 'a.onnx'
    path.write_bytes(made.SerializeToString())
    with pytest.raises(WeightsError, match=r'a\.onnx') as caught:
        load_onnx(path)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


def test_what_these_are_made_of_is_opened_by_itself(tmp_path):
    path = tmp_path / 'a.onnx'
    path.write_bytes(network([node('Add', WINDOWS, 'c')], [column('c', (1,))]).SerializeToString())
    with pytest.raises(WeightsError, match='of a window of zeros it says'):
        load_onnx(path)


@pytest.mark.parametrize('name', ONNX)
def test_every_shape_is_the_one_that_onnxruntime_finds(name):
    data = ONNX[name].read_bytes()
    made, parts = onnx.load_from_string(data), parts_of(data)
    shape = (2, 40, made.graph.input[0].type.tensor_type.shape.dim[2].dim_value)
    values = {n: Value.of(array) for n, array in parts.arrays.items()}
    values |= {WINDOWS: Value(shape), '': Value((0,))}
    for one in parts.nodes:
        found = shapes_given(one, [values[n] for n in one.inputs])
        values |= dict(zip(one.outputs, found, strict=True))
    names = [n for one in parts.nodes for n in one.outputs if one.operation != 'Constant']
    del made.graph.output[:]
    made.graph.output.extend(onnx.ValueInfoProto(name=n) for n in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(made.SerializeToString(), options)
    given_by_it = session.run(None, {WINDOWS: np.ones(shape, np.float32)})
    for n, array in zip(names, given_by_it, strict=True):
        assert values[n].shape == array.shape, n
        if values[n].known is not None:
            np.testing.assert_array_equal(values[n].known, array)


SMALL = network([node('Add', WINDOWS, 'c')], [column('c', (1,))]).SerializeToString()


@settings(max_examples=2000)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.binary(max_size=6)), max_size=3))
def test_any_bytes_are_taken_apart_or_refused(changes):
    data = SMALL
    for at, new in changes:
        data = data[:at] + new + data[at + len(new) :]
    try:
        parts_of(data)
    except ValueError:
        return
    onnx.load_from_string(data)  # what is read here is a file there, too


@given(st.binary(max_size=200))
def test_nothing_else_is_taken_apart(data):
    with pytest.raises(ValueError, match='it'):
        parts_of(data)
