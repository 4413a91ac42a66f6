"""Weights files that are spoilt: their bytes, headers and cards; and how each is read and run."""

import json
import struct
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import safetensors.torch

from dcat_ros.model.model import Model
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.model.weights import load_weights
from dcat_ros.streaming.recogniser import Recogniser
from tools.fuzz.models import card_fields, model_of
from tools.fuzz.mutate import mutated

__all__ = [
    'OFFSETS',
    'SHAPES',
    'TYPES',
    'packed',
    'run_model',
    'run_weights',
    'spoilt_card',
    'spoilt_header',
    'spoilt_weights',
    'taken_apart',
]

_MANY = [f'l{i}' for i in range(2000)]
_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1, 2, 7, 255, 1000, 2**31, 2**63, 10**30, -(10**30)),
    *(0.0, -0.0, 0.5, 1e-9, 1e-320, 1e9, 1e300, 'NaN', 'Infinity', '', 'x', 'x' * 5000, '\x1b[2J'),
    *(
        [],
        {},
        [[]],
        [1],
        ['a'] * 3,
        ['a', 'b'] * 1000,
        [None],
        {'a': {}},
        [f'l{i}' for i in range(2000)],
    ),
)
SHAPES = ([], [0], [1], [2**62], [2**62, 4], [0, 2**62], [-1], [3, 3], [1.5], ['a'], None, [10**9])
OFFSETS = ([0, 2**63], [4, 0], [0, 4], [], [0], [2**40, 2**41], None)
TYPES = ('F32', 'F64', 'F16', 'BF16', 'I64', 'I8', 'BOOL', 'F8_E4M3', 'F4', 'X', '', None, 3)


@cache
def _weights(sensor: str) -> tuple[dict[str, Any], bytes]:
    """Header and body of a valid weights file."""
    model = model_of(sensor)
    tensors = {k: v.contiguous() for k, v in model._net.state_dict().items()}
    record = {'dcat_ros': model.card.model_dump_json()}
    return taken_apart(safetensors.torch.save(tensors, metadata=record))


def taken_apart(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and body of a safetensors file."""
    length = int.from_bytes(data[:8], 'little')
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def packed(header: dict[str, Any], body: bytes) -> bytes:
    """A safetensors file."""
    text = json.dumps(header).encode()
    return struct.pack('<Q', len(text)) + text + body


def spoilt_weights(rng: Random) -> bytes:
    """Any bytes of valid weights changed."""
    return mutated(packed(*_weights(rng.choice(('imu', 'depth', 'audio')))), rng)


def spoilt_header(rng: Random) -> bytes:
    """Valid weights with an entry of their header, or its length, changed."""
    header, body = _weights(rng.choice(('imu', 'depth', 'audio')))
    header = json.loads(json.dumps(header))
    for _ in range(rng.randint(1, 2)):
        name = rng.choice(list(header))
        if name == '__metadata__' or rng.random() < 0.2:
            header[rng.choice((name, 'more', ''))] = rng.choice((*_VALUES, {'dcat_ros': 5}))
            continue
        part = rng.choice(('dtype', 'shape', 'data_offsets'))
        if not isinstance(header[name], dict):
            continue
        if part == 'dtype':
            header[name][part] = rng.choice(TYPES)
        elif part == 'shape':
            header[name][part] = rng.choice(SHAPES)
        else:
            header[name][part] = rng.choice(
                ([0, 2**63], [4, 0], [0, 4], [], [0], [2**40, 2**41], None)
            )
    if rng.random() < 0.2:
        body = body[: rng.randrange(len(body))]
    return packed(header, body)


def spoilt_card(rng: Random) -> bytes:
    """Valid weights with fields of their card changed."""
    sensor = rng.choice(('imu', 'depth', 'audio'))
    header, body = _weights(sensor)
    fields: Any = json.loads(json.dumps(card_fields(sensor)))
    other_window = rng.random() < 0.4
    if other_window:  # which may well be one, and a long one
        fields['input']['window_s'] = rng.choice((0.1, 1.0, 9.0, 60.0, 399.0, 600.0))
        fields['input']['rate_hz'] = rng.choice((8.0, 50.0, 100.0, 1000.0))
    for _ in range(rng.randint(0 if other_window else 1, 3)):
        place, key = _field(fields, rng)
        if rng.random() < 0.1:
            del place[key]
        else:
            place[key] = rng.choice(_VALUES)
    text = json.dumps(fields)
    for word in ('NaN', 'Infinity'):
        text = text.replace(f'"{word}"', word)
    if rng.random() < 0.1:
        text = mutated(text.encode(), rng).decode('latin-1')
    return packed(header | {'__metadata__': {'dcat_ros': text}}, body)


def _field(fields: Any, rng: Random) -> tuple[Any, str]:
    """A field of a card, or of a part of it."""
    parts = [fields] + [value for value in fields.values() if isinstance(value, dict) and value]
    place = rng.choice(parts)
    return place, rng.choice(list(place))


def run_weights(path: Path) -> int:
    """Load, and if that goes, run: a window is completed or refused."""
    return run_model(TorchModel(*load_weights(path)))


def run_model(model: Model) -> int:
    """A window of zeros through it."""
    recogniser = Recogniser(model, max_gap_s=model.card.input.window_s, reorder_s=0.0)
    rate_hz, n = model.card.input.rate_hz, recogniser.stream.length
    values = np.zeros((n + 12, model.card.input.n_values))
    stamps = np.round(1e18 + np.arange(len(values)) * 1e9 / rate_hz).astype(np.int64)
    return len(recogniser.classify_many(recogniser.stream.push_many(stamps, values)))


# ---- text
