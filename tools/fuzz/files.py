"""Kinds of cases that are files: weights, recipes, tables, results."""

import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from dcat_ros.bags import labelled
from dcat_ros.datasets import kitchen20
from dcat_ros.errors import DcatError
from dcat_ros.experiment.cells import CellResult, Run, load_cell, save_cell
from dcat_ros.experiment.config import read_experiment
from dcat_ros.presence.activity import Activity, activity_values, read_activity
from dcat_ros.streaming.decision import Prediction
from dcat_ros.texts import parse_yaml
from dcat_ros.training.config import read_config
from dcat_ros.training.said import read_said
from dcat_ros.truth import read_csv
from tools.fuzz.case import Case, Kind
from tools.fuzz.mutate import any_text, mutated
from tools.fuzz.onnx_files import run_onnx, spoilt_onnx
from tools.fuzz.said import spoilt_said
from tools.fuzz.taught import run_memory, run_taught, spoilt_memory, spoilt_taught
from tools.fuzz.weights import run_weights, spoilt_card, spoilt_header, spoilt_weights

__all__ = ['FILES']

_CONFIG = Path(__file__).resolve().parents[2] / 'config'


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
    'weights, any bytes': (_on_file('w.safetensors', spoilt_weights, run_weights), 4),
    'weights, headers': (_on_file('w.safetensors', spoilt_header, run_weights), 4),
    'weights without torch': (_on_file('w.onnx', spoilt_onnx, run_onnx), 3),
    'taught weights': (_on_file('w.safetensors', spoilt_taught, run_taught), 2),
    'memories': (_on_file('w.memory', spoilt_memory, run_memory), 2),
    'cards': (_on_file('w.safetensors', spoilt_card, run_weights), 6),
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
