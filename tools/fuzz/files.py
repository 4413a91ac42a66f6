"""Kinds of cases that are files: weights with their cards, recipes, tables, results."""

import json
import struct
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import safetensors.torch

from dcat_ros.bags import labelled
from dcat_ros.datasets import kitchen20
from dcat_ros.errors import DcatError
from dcat_ros.experiment.cells import CellResult, Run, load_cell, save_cell
from dcat_ros.experiment.config import read_experiment
from dcat_ros.model.find import shipped_models
from dcat_ros.model.model import Model
from dcat_ros.model.onnx_model import load_onnx
from dcat_ros.model.runtime import load_model
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.model.weights import load_weights
from dcat_ros.presence.activity import Activity, activity_values, read_activity
from dcat_ros.streaming.decision import Prediction
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.teach.lessons import load_lessons, save_lessons
from dcat_ros.teach.study import Studied
from dcat_ros.texts import parse_yaml
from dcat_ros.training.config import read_config
from dcat_ros.training.said import read_said
from dcat_ros.truth import read_csv
from tools.fuzz.case import Case, Kind
from tools.fuzz.models import SHIPPED, card_fields, model_of
from tools.fuzz.mutate import any_text, mutated
from tools.fuzz.said import spoilt_said

__all__ = ['FILES']

_CONFIG = Path(__file__).resolve().parents[2] / 'config'
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
_SHAPES = ([], [0], [1], [2**62], [2**62, 4], [0, 2**62], [-1], [3, 3], [1.5], ['a'], None, [10**9])
_OFFSETS = ([0, 2**63], [4, 0], [0, 4], [], [0], [2**40, 2**41], None)
_TYPES = ('F32', 'F64', 'F16', 'BF16', 'I64', 'I8', 'BOOL', 'F8_E4M3', 'F4', 'X', '', None, 3)


def _on_file(name: str, make: Callable[[Random], bytes], read: Callable[[Path], object]) -> Kind:
    """Files of this name with these contents, each read by an entry of the product."""

    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(n):
            data = make(rng)
            path.write_bytes(data)
            yield Case(data, partial(_read, read, path), path.name)

    return kind


def _read(read: Callable[[Path], object], path: Path) -> tuple[str, int]:
    windows = read(path)
    return 'accepted', windows if isinstance(windows, int) else 0


# ---- weights


@cache
def _weights(sensor: str) -> tuple[dict[str, Any], bytes]:
    """Header and body of a valid weights file."""
    model = model_of(sensor)
    tensors = {k: v.contiguous() for k, v in model._net.state_dict().items()}
    record = {'dcat_ros': model.card.model_dump_json()}
    data = safetensors.torch.save(tensors, metadata=record)
    length = int.from_bytes(data[:8], 'little')
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def _packed(header: dict[str, Any], body: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack('<Q', len(text)) + text + body


def _spoilt_weights(rng: Random) -> bytes:
    return mutated(_packed(*_weights(rng.choice(('imu', 'depth', 'audio')))), rng)


def _spoilt_header(rng: Random) -> bytes:
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
            header[name][part] = rng.choice(_TYPES)
        elif part == 'shape':
            header[name][part] = rng.choice(_SHAPES)
        else:
            header[name][part] = rng.choice(
                ([0, 2**63], [4, 0], [0, 4], [], [0], [2**40, 2**41], None)
            )
    if rng.random() < 0.2:
        body = body[: rng.randrange(len(body))]
    return _packed(header, body)


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
        data = path.read_bytes()
    length = int.from_bytes(data[:8], 'little')
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def _spoilt_taught(rng: Random) -> bytes:
    header, body = _taught()
    if rng.random() < 0.5:
        return mutated(_packed(header, body), rng)
    header = json.loads(json.dumps(header))
    name = rng.choice(list(header))
    if name == '__metadata__':
        part = rng.choice(list(header[name]))
        header[name][part] = mutated(header[name][part].encode(), rng).decode('latin-1')
    else:
        part = rng.choice(('dtype', 'shape', 'data_offsets'))
        choices = {'dtype': _TYPES, 'shape': _SHAPES, 'data_offsets': _OFFSETS}
        header[name][part] = rng.choice(choices[part])
    return _packed(header, body)


def _run_taught(path: Path) -> int:
    """Load what somebody was taught, teach it no more, and run it."""
    load_lessons(str(path))
    return _run_model(load_model(path))


def _spoilt_card(rng: Random) -> bytes:
    sensor = rng.choice(('imu', 'depth', 'audio'))
    header, body = _weights(sensor)
    fields: Any = json.loads(json.dumps(card_fields(sensor)))
    for _ in range(rng.randint(1, 3)):
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
    return _packed(header | {'__metadata__': {'dcat_ros': text}}, body)


def _field(fields: Any, rng: Random) -> tuple[Any, str]:
    """A field of a card, or of a part of it."""
    parts = [fields] + [value for value in fields.values() if isinstance(value, dict) and value]
    place = rng.choice(parts)
    return place, rng.choice(list(place))


def _run_weights(path: Path) -> int:
    """Load, and if that goes, run: a window is completed or refused."""
    return _run_model(TorchModel(*load_weights(path)))


def _run_onnx(path: Path) -> int:
    """The same of a file for onnxruntime."""
    return _run_model(load_onnx(path))


def _spoilt_onnx(rng: Random) -> bytes:
    return mutated(shipped_models()[SHIPPED['depth']].with_suffix('.onnx').read_bytes(), rng)


def _run_model(model: Model) -> int:
    recogniser = Recogniser(model, max_gap_s=model.card.input.window_s, reorder_s=0.0)
    rate_hz, n = model.card.input.rate_hz, recogniser.stream.length
    if n > 400:
        return 0
    values = np.zeros((n + 12, model.card.input.n_values))
    stamps = np.round(1e18 + np.arange(len(values)) * 1e9 / rate_hz).astype(np.int64)
    return len(recogniser.classify_many(recogniser.stream.push_many(stamps, values)))


# ---- text


def _text(paths: list[Path]) -> Callable[[Random], bytes]:
    """The text of one of the files with some values replaced by others."""
    texts = [path.read_text() for path in paths]

    def make(rng: Random) -> bytes:
        text = rng.choice(texts)
        if rng.random() < 0.3:
            return mutated(text.encode(), rng, [t.encode() for t in texts])
        lines = text.splitlines()
        for _ in range(rng.randint(1, 3)):
            i = rng.randrange(len(lines))
            name, colon, _ = lines[i].partition(':')
            lines[i] = rng.choice((f'{name}{colon} {any_text(rng)}', any_text(rng), lines[i] * 2))
        return '\n'.join(lines).encode('utf-8', 'surrogatepass')

    return make


def _read_experiment(path: Path) -> None:
    config = read_experiment(path)
    config.digest()
    config.cells()
    config.tuning_cells()


def _read_yaml(path: Path) -> str:
    try:
        parse_yaml(path.read_bytes().decode('utf-8', 'replace'))
    except ValueError as problem:  # as it says of itself
        raise DcatError(str(problem)) from None
    return ''


def _table(head: str, row: str) -> Callable[[Random], bytes]:
    def make(rng: Random) -> bytes:
        rows = [row.replace('#', str(i)).split(',') for i in range(rng.choice((1, 3, 30)))]
        for _ in range(rng.randint(0, 3)):
            cells = rng.choice(rows)
            cells[rng.randrange(len(cells))] = any_text(rng)
        text = '\n'.join([head if rng.random() < 0.9 else any_text(rng), *map(','.join, rows)])
        data = text.encode('utf-8', 'surrogatepass')
        return mutated(data, rng) if rng.random() < 0.4 else data

    return make


@cache
def _cell() -> bytes:
    from tempfile import TemporaryDirectory

    run = Run(rotation=0, trials=[1, 2], subjects=['a', 'b'], truth=[0, 1], predicted=[0, 0])
    fields: dict[str, Any] = {
        'rotations': [0],
        'attempt': -1,
        'config': 'x',
        'weights': {'kd': 1.0},
    }
    cell = CellResult(
        direction='a>b', regime='id_1', method='kd', seed=0, source='same_labels', shuffled=False,
        learning_rate=1e-3, seconds=1.0, package_version='0', runs=[run], **fields,
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        save_cell(Path(folder), cell)
        return next(Path(folder).rglob('*.json')).read_bytes()


def _activities(rng: Random, n: int, folder: Path) -> Iterator[Case]:
    """What other nodes say of themselves."""
    said = Prediction('walk', 'ok', 0.7, (0.7, 0.3), 10**18, 10**18 + 10**9, 'imu')
    valid = activity_values(Activity(said, ('walk', 'rest'), 'small', 0.5))
    for _ in range(n):
        values = dict(valid)
        for _ in range(rng.randint(1, 3)):
            values[rng.choice([*valid, 'p.walk', 'more', ''])] = any_text(rng)
        yield Case(json.dumps(values).encode(), partial(_read_activity, values), 'values.json')


def _read_activity(values: dict[str, str]) -> tuple[str, int]:
    read_activity(values, 'imu')
    return 'accepted', 0


_RECIPES = sorted((_CONFIG / 'train').glob('*.yaml'))
_EXPERIMENTS = sorted((_CONFIG / 'experiments').glob('*.yaml'))
_TRUTH = _table('start,end,label', '#,#.5,walk')
_BAGS = _table('bag,subject,truth,focal,max_range,channels', 'no#.mcap,s#,/truth,570,4.0,1')
_CLIPS = _table('file,label,source', 'no#.wav,blender,s#')

#: name -> kind, share of all cases
FILES: dict[str, tuple[Kind, int]] = {
    'weights, any bytes': (_on_file('w.safetensors', _spoilt_weights, _run_weights), 4),
    'weights, headers': (_on_file('w.safetensors', _spoilt_header, _run_weights), 4),
    'weights without torch': (_on_file('w.onnx', _spoilt_onnx, _run_onnx), 3),
    'taught weights': (_on_file('w.safetensors', _spoilt_taught, _run_taught), 2),
    'cards': (_on_file('w.safetensors', _spoilt_card, _run_weights), 6),
    'what a network said (npz)': (_on_file('said.npz', spoilt_said, read_said), 3),
    'recipes (YAML)': (_on_file('r.yaml', _text(_RECIPES), read_config), 4),
    'experiments (YAML)': (_on_file('e.yaml', _text(_EXPERIMENTS), _read_experiment), 4),
    'parameters (YAML)': (
        _on_file('p.yaml', _text(sorted(_CONFIG.glob('*.yaml'))), _read_yaml),
        3,
    ),
    'truth (CSV)': (_on_file('t.csv', _TRUTH, read_csv), 4),
    'bags.csv': (_on_file('bags/bags.csv', _BAGS, lambda path: labelled.load(path.parents[1])), 3),
    'clips.csv': (
        _on_file('kitchen20/clips.csv', _CLIPS, lambda path: kitchen20.load(path.parents[1])),
        3,
    ),
    'results (JSON)': (_on_file('c.json', lambda rng: mutated(_cell(), rng), load_cell), 2),
    'words of other nodes': (_activities, 3),
}
