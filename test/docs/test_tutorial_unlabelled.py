"""The commands of the tutorial, as they stand there, on a few recordings."""

import os
import shlex
from pathlib import Path

import pytest
from doc_pages import commands
from helpers import REPO, dcat_here, some_of_utd_mhad
from own_bags import tiny

from dcat_ros.model import export
from dcat_ros.model.find import load_card
from dcat_ros.teach.lessons import load_lessons

PAGE = REPO / 'docs' / 'tutorials' / 'unlabelled.md'
ACTIONS = ('a1', 'a26', 'a27')  # swipe_left, lunge, squat
N_BAGS, N_TRAINED, N_SCORED = 6, 4, 3


def _of_the_taught_one(path, *rest, save=export.save_onnx):
    if path.stem == 'depth':
        save(path, *rest)


@pytest.fixture
def few(tmp_path):
    data = Path(os.environ.get('DCAT_DATA', 'nowhere'))
    if not (data / 'utd_mhad').is_dir():
        pytest.skip('DCAT_DATA has no utd_mhad')
    patterns = [f'{action}_s{s}_t[12]' for action in ACTIONS for s in range(1, 7)]
    return some_of_utd_mhad(data, tmp_path / 'few', *patterns)


@pytest.mark.slow
def test_from_unlabelled_bags_to_a_model_of_the_other_sensor(few, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('DCAT_DATA', raising=False)
    monkeypatch.setattr('dcat_ros.own.recipe._shipped', tiny)
    # to write a file for onnxruntime takes longer than to train: of one model alone
    monkeypatch.setattr(export, 'save_onnx', _of_the_taught_one)
    monkeypatch.setattr('dcat_ros.cli.train_learn.with_memory', lambda *args: None)
    lines = [line for line in commands(PAGE) if line.startswith('dcat ')]
    counted = [line.split()[1] for line in lines]
    assert counted.count('bag') == N_BAGS
    assert counted.count('train') == N_TRAINED
    assert counted.count('evaluate') == N_SCORED
    for line in lines:
        words = ['few' if word == 'DIR' else word for word in shlex.split(line)[1:]]
        code = dcat_here(monkeypatch, *words)
        out, err = capsys.readouterr()
        assert code == 0, f'{line}: {err}'
        if '--estimate-offset' in line:
            for name, said in zip(('dora', 'emil'), out.splitlines(), strict=True):
                assert said.startswith(f'{name}: wrist.safetensors is ')
                assert float(said.split()[3]) < 0.15  # the bags have one clock
    taught, labelled = (
        load_card(tmp_path / f'{name}.safetensors') for name in ('depth', 'all_labels')
    )
    assert taught.modality == labelled.modality == 'depth'
    assert set(taught.labels) == {'swipe_left', 'lunge', 'squat', 'rest'}
    # it can be taught, too, though nobody labelled anything
    assert load_lessons(str(tmp_path / 'depth.safetensors')).memory.wholes is None
    assert (taught.training.method, labelled.training.method) == ('kd', 'none')
    assert not any(r.metric == 'window macro-F1' for r in taught.results)
    assert any(r.metric == 'window macro-F1' for r in labelled.results)
