"""Files of what somebody was taught, and of what a model remembers, spoilt."""

import json
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import safetensors.numpy

from dcat_ros.model.find import shipped_models
from dcat_ros.model.onnx_model import OnnxModel, load_onnx
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.teach.fit import fit_layer
from dcat_ros.teach.lessons import load_lessons, save_lessons
from dcat_ros.teach.memory import MEMORY, load_memory
from dcat_ros.teach.study import Studied
from tools.fuzz.models import SHIPPED
from tools.fuzz.mutate import mutated
from tools.fuzz.weights import OFFSETS, SHAPES, TYPES, packed, run_model, taken_apart

__all__ = ['run_memory', 'run_taught', 'spoilt_memory', 'spoilt_taught']


@cache
def _taught() -> tuple[dict[str, Any], bytes]:
    """Header and body of a valid file of a model that was taught a label."""
    lessons = load_lessons(SHIPPED['depth'])
    n_features = lessons.memory.windows.features.shape[1]
    windows = np.random.default_rng(0).normal(size=(6, n_features)).astype(np.float32)
    take = Studied('bow', 'eva', '2026-01-02', windows, np.arange(6) > 4, None)
    with TemporaryDirectory() as folder:
        path = Path(folder) / 'taught.safetensors'
        save_lessons(path, lessons.more([take]))
        return taken_apart(path.read_bytes())


@cache
def _memory() -> tuple[dict[str, Any], bytes]:
    """Header and body of the file of what the same model remembers."""
    return taken_apart(_path(SHIPPED['depth'], MEMORY).read_bytes())


@cache
def _base() -> OnnxModel:
    return load_onnx(_path(SHIPPED['depth'], '.onnx'))


def _path(name: str, ending: str) -> Path:
    return shipped_models()[name].with_suffix(ending)


def spoilt_taught(rng: Random) -> bytes:
    """A file of what was taught, with bytes or entries of its header changed."""
    return _spoilt(*_taught(), rng)


def spoilt_memory(rng: Random) -> bytes:
    """A file of what a model remembers, likewise."""
    return _spoilt(*_memory(), rng)


def _spoilt(header: dict[str, Any], body: bytes, rng: Random) -> bytes:
    if rng.random() < 0.3:
        return mutated(packed(header, body), rng)
    if rng.random() < 0.4:
        return _reshaped(header, body, rng)
    header = json.loads(json.dumps(header))
    name = rng.choice(list(header))
    if name == '__metadata__':
        part = rng.choice(list(header[name]))
        header[name][part] = mutated(header[name][part].encode(), rng).decode('latin-1')
    else:
        part = rng.choice(('dtype', 'shape', 'data_offsets'))
        choices = {'dtype': TYPES, 'shape': SHAPES, 'data_offsets': OFFSETS}
        header[name][part] = rng.choice(choices[part])
    return packed(header, body)


def _reshaped(header: dict[str, Any], body: bytes, rng: Random) -> bytes:
    """A whole file, of which some tensors have another shape or type, or are there or not."""
    tensors = safetensors.numpy.load(packed(header, body))
    for _ in range(rng.randint(1, 2)):
        name, old = rng.choice(list(tensors.items()))
        odd = rng.choice(('gone', 'scalar', 'empty', 'table', 'half', 'type', 'great', 'stray'))
        if odd == 'gone':
            del tensors[name]
        elif odd in ('scalar', 'empty', 'table', 'half'):
            n = len(old) // 2 if old.ndim else 0
            shape = {'scalar': (), 'empty': (0, *old.shape[1:]), 'table': (*old.shape, 1)}
            tensors[name] = np.resize(old, shape.get(odd, (n, *old.shape[1:])))
        elif odd == 'type':
            kind = rng.choice(('f8', 'f4', 'f2', 'i8', 'i4', 'u1', '?'))
            tensors[name] = np.zeros(old.shape, kind)
        elif odd == 'great' and old.dtype.kind == 'f':
            tensors[name] = np.full(old.shape, rng.choice((1e300, 3.4e38, np.inf, np.nan)))
        else:
            place = rng.choice(('takes.wholes', 'wholes.features', 'whole.weight', 'more'))
            tensors[place] = np.zeros(rng.choice(((), (0, 3), (1, 3))), np.float16)
    return safetensors.numpy.save(tensors, header['__metadata__'])


def run_memory(path: Path) -> int:
    """Load what a model remembers, and learn from it."""
    memory = load_memory(path, _base())
    n = len(_base().card.labels)
    fit_layer(memory.windows, [], n, sensor_of(_base().card).takes)
    return 1


def run_taught(path: Path) -> int:
    """Load what somebody was taught, teach it no more, and run it."""
    load_lessons(str(path))
    return run_model(load_model(path))
