"""A sensor that dcat_ros does not know, brought by a package of somebody's own.

The package lies in a folder of its own, names its sensor by the entry point, and touches nothing of
ours: it trains, is taught, teaches, scores a bag. Live it runs in
`test/nodes/test_sensor_from_outside.py`.
"""

import json

import pytest
from helpers import run_python
from outside import dcat, make_bag


def results(place, name):
    card = json.loads(dcat(place, 'info', place / f'{name}.safetensors', '--json'))
    found = {row['metric']: row['value'] for row in card['results']}
    assert found['trial accuracy'] > 0.8
    return card


def test_it_trains(outside):
    card = results(outside, 'alone')
    assert card['modality'] == 'wrench'
    assert card['labels'] == ['pull', 'turn', 'rest']


def test_it_is_taught_by_another_sensor(outside):
    assert results(outside, 'taught')['training']['source_modality'] == 'imu'


@pytest.mark.parametrize('name', ['beside', 'by_file'])
def test_it_teaches_another_sensor_beside_and_by_its_file(outside, name):
    assert results(outside, name)['training']['source_modality'] == 'wrench'


def test_a_bag_is_scored_checked_and_drawn(outside, tmp_path):
    bag, html, scores = (tmp_path / name for name in ('new', 'report.html', 'scores.json'))
    weights = outside / 'alone.safetensors'
    make_bag(bag, 7)
    text = dcat(outside, 'evaluate', bag, '--model', weights, '--html', html)
    assert 'macro-F1' in text
    assert html.stat().st_size > 10_000
    command = ['evaluate', bag, '--model', weights, '--json', scores]
    dcat(outside, *command, '--wrench', '/wrench')
    (scored,) = json.loads(scores.read_text())['models']
    assert scored['model'] == 'alone'
    checked = dcat(outside, 'check', bag, '--model', weights)
    assert 'geometry_msgs/msg/WrenchStamped' in checked
    assert 'force' in checked


def test_without_the_package_the_weights_are_refused_in_a_sentence(outside):
    code = 'import sys; sys.argv[0] = "dcat"; from dcat_ros.cli.entry import main; main()'
    done = run_python('-c', code, 'info', str(outside / 'alone.safetensors'))
    assert done.returncode == 2
    assert "'wrench' is none of imu" in done.stderr
    assert 'Traceback' not in done.stderr


def test_a_sensor_that_cannot_be_used_leaves_the_others(tmp_path):
    folder = tmp_path / 'dcat_broken-0.1.dist-info'
    folder.mkdir()
    (folder / 'METADATA').write_text('Metadata-Version: 2.1\nName: dcat-broken\nVersion: 0.1\n')
    (folder / 'entry_points.txt').write_text('[dcat_ros.sensors]\nbroken = no_such_module:S\n')
    code = (
        'from dcat_ros.sensors.registry import find_sensor, sensors\n'
        'assert "imu" in sensors()\n'
        'try:\n    find_sensor("broken")\n'
        'except Exception as problem:\n    print(problem)'
    )
    done = run_python('-c', code, PYTHONPATH=str(tmp_path))
    assert "The sensor 'broken' cannot be used: no_such_module:S" in done.stdout
