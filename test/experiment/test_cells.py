"""Files of cells: whole, checked, and never half written."""

import errno
import json
import os

import pytest
from experiment_helpers import make_config

from dcat_ros.errors import OutputError, ResultsError
from dcat_ros.experiment.cells import CellResult, Run, load_cell, save_cell
from dcat_ros.experiment.config import Cell

CELL = Cell('gyroscope>accelerometer', 'id_1', 'kd', 3, 'all_labels', True, (0, 2))


def result(**changes):
    runs = [
        Run(rotation=0, trials=[4, 7], subjects=['1', '2'], truth=[0, 1], predicted=[0, 0]),
        Run(
            rotation=2,
            trials=[5],
            subjects=['1'],
            truth=[2],
            predicted=[2],
            source_macro_f1=0.1234,
        ),
    ]
    fields = CELL._asdict() | {
        'rotations': [0, 2],
        'config': make_config().digest(),
        'weights': {'kd': 0.30000000000000004},
        'learning_rate': 3e-3,
        'seconds': 1.25,
        'package_version': '0.1.0',
        'runs': runs,
    }
    return CellResult(**fields | changes)


def test_cell_goes_and_comes_back(tmp_path):
    save_cell(tmp_path, result())
    back = load_cell(tmp_path / CELL.file)
    assert back == result()
    assert back.cell == CELL


@pytest.mark.parametrize(
    ('damage', 'text'),
    [
        (lambda s: s.replace('[0,0]', '[0,1]').replace('[0, 0]', '[0, 1]'), 'was changed after'),
        (lambda s: s[: len(s) // 2], 'is no whole result'),
        (lambda s: '', 'is no whole result'),
        (lambda s: '[]', 'is no whole result'),
        (lambda s: '{"sha256": 1}', 'is no whole result'),
        (lambda s: s.replace('"method"', '"methods"'), 'is no whole result'),
        (lambda s: s.replace('"seed": 3', '"seed": "3"'), 'is no whole result'),
    ],
    ids=['digit', 'truncated', 'empty', 'list', 'no result', 'other key', 'other type'],
)
def test_cell_damaged_by_hand_is_a_sentence(tmp_path, damage, text):
    save_cell(tmp_path, result())
    path = tmp_path / CELL.file
    before = path.read_text()
    path.write_text(damage(before))
    assert path.read_text() != before
    with pytest.raises(ResultsError, match=text) as caught:
        load_cell(path)
    assert str(path) in str(caught.value)
    assert 'delete it' in str(caught.value)
    assert '\n' not in str(caught.value)


def test_cell_on_a_full_disk_leaves_the_earlier_file_whole(tmp_path, monkeypatch):
    save_cell(tmp_path, result())

    def full(fd):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(OutputError, match='No space left on device'):
        save_cell(tmp_path, result(seconds=9.0))
    assert load_cell(tmp_path / CELL.file).seconds == 1.25
    assert len(list((tmp_path / CELL.file).parent.iterdir())) == 1


def test_file_is_json_that_others_can_read(tmp_path):
    save_cell(tmp_path, result())
    record = json.loads((tmp_path / CELL.file).read_text())
    assert record['result']['runs'][0]['predicted'] == [0, 0]
