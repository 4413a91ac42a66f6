"""Memories and taught models whose tensors have the right names, and make no sense."""

import json

import numpy as np
import pytest
import safetensors.numpy

from dcat_ros.errors import WeightsError
from dcat_ros.teach.lessons import load_lessons, save_lessons
from dcat_ros.teach.memory import load_memory
from dcat_ros.teach.study import Studied


def spoilt(path, target, **changes):
    """A copy of a file with some tensors changed, None to leave them out."""
    data = path.read_bytes()
    tensors = safetensors.numpy.load(data)
    for name, change in changes.items():
        name = name.replace('__', '.')
        tensors[name] = change(tensors.get(name))
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], 'little')])
    target.write_bytes(safetensors.numpy.save(tensors, header['__metadata__']))
    return target


HOSTILE = {
    'a class of no list': {'windows__classes': lambda old: np.array(0, np.int32)},
    'classes of a table': {'windows__classes': lambda old: old[:, None]},
    'classes in words': {'windows__classes': lambda old: old.astype(np.float32)},
    'nothing': {
        'windows__classes': lambda old: old[:0],
        'windows__features': lambda old: old[:0],
    },
    'beyond all floats': {'windows__low': lambda old: np.full(old.shape, 1e300)},
    'a number for all': {'windows__step': lambda old: np.array(1, np.float32)},
    'nothing of wholes': {
        'wholes__classes': lambda old: old[:0],
        'wholes__features': lambda old: old[:0],
    },
}


@pytest.mark.parametrize('changes', HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_memory_is_a_sentence(base, tmp_path, changes):
    path = spoilt(base.with_suffix('.memory'), tmp_path / 'x.memory', **changes)
    with pytest.raises(WeightsError, match='take an undamaged copy'):
        load_memory(path, load_lessons(str(base)).base)


@pytest.fixture(scope='module')
def taught(tmp_path_factory):
    """A taught model that names no whole recordings."""
    path = tmp_path_factory.mktemp('taught') / 'mine.safetensors'
    lessons = load_lessons('image_depth_utd_mhad')
    n_features = lessons.memory.windows.features.shape[1]
    windows = np.random.default_rng(0).normal(size=(6, n_features)).astype(np.float32)
    take = Studied('bow', 'eva', '2026-01-02', windows, np.arange(6) > 4, None)
    save_lessons(path, lessons.more([take]))
    return path


@pytest.mark.parametrize(
    'changes',
    [
        {'takes__wholes': lambda old: np.zeros((0, 3), np.float16)},
        {'takes__wholes': lambda old: np.zeros((1, 3), np.float16)},
        {'takes__which': lambda old: np.array(0, np.int32)},
        {'takes__at_rest': lambda old: old[:0]},
        {'windows__classes': lambda old: np.array(0, np.int32)},
    ],
    ids=['no wholes', 'a stray whole', 'a take of no list', 'no rest', 'a class of no list'],
)
def test_a_hostile_taught_model_is_a_sentence(taught, tmp_path, changes):
    path = spoilt(taught, tmp_path / 'x.safetensors', **changes)
    with pytest.raises(WeightsError, match='damaged'):
        load_lessons(str(path))


def test_an_unspoilt_copy_is_read(taught, base, tmp_path):
    assert load_lessons(str(spoilt(taught, tmp_path / 'x.safetensors'))).taught == ('bow',)
    memory = spoilt(base.with_suffix('.memory'), tmp_path / 'x.memory')
    assert len(load_memory(memory, load_lessons(str(base)).base).windows.classes)
