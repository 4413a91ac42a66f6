"""Files of torch, read without it: what it writes, and what somebody else may have put there."""

import io
import os
import pickle
import resource
import zipfile
from contextlib import suppress

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.pretrained.tensors import read_tensors


def saved(held):
    file = io.BytesIO()
    torch.save(held, file)
    return file.getvalue()


def zipped(program, storage=b''):
    """A file of torch's form with this pickle."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('archive/data.pkl', program)
        archive.writestr('archive/data/0', storage)
    return file.getvalue()


class _Calls:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    'dtype', [torch.float32, torch.float64, torch.float16, torch.int64, torch.int32, torch.bool]
)
def test_tensors_are_those_that_torch_saved(dtype):
    whole = torch.arange(24).to(dtype)
    held = {'a': whole.reshape(2, 3, 4), 'b': whole[5:9], 'c': whole[3], 'd': whole[:0]}
    found = read_tensors(saved(held))
    assert found.keys() == held.keys()
    for name, tensor in held.items():
        assert found[name].dtype == tensor.numpy().dtype
        np.testing.assert_array_equal(found[name], tensor.numpy())


def test_a_state_dict_of_a_module_is_read():
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    found = read_tensors(saved(net.state_dict()))
    for name, tensor in net.state_dict().items():
        np.testing.assert_array_equal(found[name], tensor.numpy())


def test_a_tensor_of_another_order_is_refused():
    with pytest.raises(ValueError, match='row by row'):
        read_tensors(saved({'a': torch.arange(6).reshape(2, 3).T}))


@pytest.mark.parametrize('held', [[torch.zeros(2)], {'a': 1}, {1: torch.zeros(1)}])
def test_what_is_no_state_dict_is_refused(held):
    with pytest.raises(ValueError, match=r'no state dict|is no tensor'):
        read_tensors(saved(held))


@pytest.mark.parametrize('function', [os.system, eval, exec, torch.zeros, np.zeros])
def test_nothing_else_is_called(function, capfd):
    with pytest.raises(ValueError, match='which is not taken'):
        read_tensors(zipped(pickle.dumps({'a': _Calls(function, 'echo called')})))
    assert capfd.readouterr().out == ''


def test_what_is_packed_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('archive/data.pkl', pickle.dumps({}))
        archive.writestr('archive/data/0', bytes(1 << 24))
    with pytest.raises(ValueError, match='is larger than the file'):
        read_tensors(file.getvalue())


def test_tensors_of_one_storage_share_it():
    whole = torch.zeros(100)
    found = read_tensors(saved({'a': whole, 'b': whole}))
    assert np.shares_memory(found['a'], found['b'])


def test_a_storage_that_is_shorter_than_it_says_is_refused():
    data = saved({'a': torch.zeros(100)})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        program = archive.read('archive/data.pkl')
    assert read_tensors(zipped(program, bytes(400)))['a'].shape == (100,)
    with pytest.raises(ValueError, match='not as long as it says'):
        read_tensors(zipped(program, bytes(396)))


@given(st.integers(0, 10_000), st.integers(0, 255), st.booleans())
def test_a_damaged_file_is_a_value_error(place, value, cut):
    data = bytearray(saved({'a': torch.arange(10.0), 'b': torch.zeros(2, 2)}))
    data[place % len(data)] = value
    try:
        found = read_tensors(bytes(data[: place % len(data)] if cut else data))
    except ValueError:
        return
    assert all(isinstance(one, np.ndarray) for one in found.values())


@pytest.mark.parametrize(
    'program',
    [
        b'\x80\x02}r\xff\xff\xff\x3f.',  # remembers it as number 2 ** 30 - 1
        b'\x80\x05\x96' + (1 << 33).to_bytes(8, 'little') + b'.',  # bytes that are not there
        b'\x80\x04\x8e' + (1 << 33).to_bytes(8, 'little') + b'.',
    ],
)
def test_a_number_in_it_makes_no_room(program):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with suppress(ValueError):
        read_tensors(zipped(program))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KB


@given(st.binary(max_size=200))
def test_any_program_in_it_gives_tensors_or_a_value_error(program):
    try:
        found = read_tensors(zipped(program))
    except ValueError:
        return
    assert found == {}
