"""What a group of cells trains on, and what it must never see."""

from dataclasses import replace

import pytest
from experiment_helpers import made_paired, make_config
from sklearn.metrics import f1_score

from dcat_ros.experiment import group as module
from dcat_ros.experiment.cells import load_cell
from dcat_ros.experiment.config import Cell
from dcat_ros.experiment.splits import split

DIRECTION = 'gyroscope>accelerometer'


def run(monkeypatch, folder, paired, cells, **changes):
    config = make_config(**changes)
    monkeypatch.setattr(module, 'load_paired', lambda *args: paired)
    module.run_group(config, [(cell, 0) for cell in cells], None, folder)
    return [load_cell(folder / cell.file).runs[0] for cell in cells]


def cells(regime, methods, **options):
    return [Cell(DIRECTION, regime, m, 0, rotations=(0,), **options) for m in methods]


def relabelled(paired, rows):
    classes = paired.classes.copy()
    classes[rows] = (classes[rows] + 1) % len(paired.labels)
    return replace(paired, classes=classes)


@pytest.mark.parametrize('regime', ['id_full', 'ood_1'])
@pytest.mark.parametrize('source', ['same_labels', 'all_labels', 'overfitted'])
def test_label_of_a_tested_recording_cannot_reach_training(tmp_path, monkeypatch, regime, source):
    paired = made_paired()
    where = split(paired, regime, ('5', '6'), 0, 4, 0)
    todo = cells(regime, ['none', 'kd+dcat_centred'], source=source)
    honest = run(monkeypatch, tmp_path / 'a', paired, todo)
    lied = run(monkeypatch, tmp_path / 'b', relabelled(paired, where.test), todo)
    assert [r.predicted for r in honest] == [r.predicted for r in lied]
    assert honest[0].truth != lied[0].truth
    # the test would notice: labels that are trained on do change what is predicted
    trained = run(monkeypatch, tmp_path / 'c', relabelled(paired, where.labelled), todo)
    assert honest[0].predicted != trained[0].predicted


def test_label_of_an_unlabelled_recording_reaches_only_a_source_that_knows_all(
    tmp_path, monkeypatch
):
    paired = made_paired()
    where = split(paired, 'ood_1', ('5', '6'), 0, 4, 0)
    lied = relabelled(paired, where.unlabelled)
    for source, expected in (('same_labels', True), ('all_labels', False)):
        todo = cells('ood_1', ['kd'], source=source)
        (one,) = run(monkeypatch, tmp_path / f'a{source}', paired, todo, optimiser=LONGER)
        (two,) = run(monkeypatch, tmp_path / f'b{source}', lied, todo, optimiser=LONGER)
        assert (one.predicted == two.predicted) == expected


LONGER = {'steps': 60, 'batch_size': 12}


def test_group_is_the_same_again(tmp_path, monkeypatch):
    todo = cells('id_1', ['none', 'rkd', 'infonce'])
    one = run(monkeypatch, tmp_path / 'a', made_paired(), todo)
    two = run(monkeypatch, tmp_path / 'b', made_paired(), todo)
    assert one == two


def test_torn_pairs_take_the_gain_away(tmp_path, monkeypatch):
    # one labelled subject, a source that knows all, and a target that hears little
    paired = made_paired(repetitions=8, weak=3.0)
    options = {'optimiser': {'steps': 100, 'batch_size': 24}}
    found = []
    for methods, shuffled in ((['none', 'dcat_centred'], False), (['dcat_centred'], True)):
        todo = cells('ood_1', methods, source='all_labels', shuffled=shuffled)
        found += run(monkeypatch, tmp_path, paired, todo, **options)
    alone, taught, torn = (f1_score(r.truth, r.predicted, average='macro') for r in found)
    assert taught > alone + 0.1
    assert torn < alone + 0.05
