"""A sensor that dcat_ros does not know, brought by a package of somebody's own.

The package lies in a folder of its own, names its sensor by the entry point, and touches nothing of
ours: it trains, is taught, teaches, scores a bag. Live it runs in
`test/nodes/test_sensor_from_outside.py`.
"""

import json

import pytest
from helpers import run_python
from outside import TRANSFER, dcat, make_bag, make_place, trained


@pytest.fixture(scope='module')
def place(tmp_path_factory):
    return make_place(tmp_path_factory.mktemp('outside'))


@pytest.fixture(scope='module')
def made(place):
    """Weights by name: for the wrench, taught by nobody and by a sensor, and what it taught."""

    def by(source):
        return {'source': str(source), **TRANSFER}

    return trained(
        place,
        alone={'modality': 'wrench'},
        taught={'modality': 'wrench', 'transfer': by('imu')},
        beside={'modality': 'imu', 'transfer': by('wrench')},
        by_file={'modality': 'imu', 'transfer': by(place / 'alone.safetensors')},
    )


@pytest.fixture(scope='module')
def weights(made):
    """Weights for the wrench, taught by nobody."""
    return made['alone']


def results(place, weights):
    card = json.loads(dcat(place, 'info', weights, '--json'))
    found = {row['metric']: row['value'] for row in card['results']}
    assert found['trial accuracy'] > 0.8
    return card


def test_it_trains(place, weights):
    card = results(place, weights)
    assert card['modality'] == 'wrench'
    assert card['labels'] == ['pull', 'turn', 'rest']


def test_it_is_taught_by_another_sensor(place, made):
    assert results(place, made['taught'])['training']['source_modality'] == 'imu'


@pytest.mark.parametrize('name', ['beside', 'by_file'])
def test_it_teaches_another_sensor_beside_and_by_its_file(place, made, name):
    assert results(place, made[name])['training']['source_modality'] == 'wrench'


def test_a_bag_is_scored_checked_and_drawn(place, weights):
    make_bag(place / 'new', 7)
    html = place / 'report.html'
    text = dcat(place, 'evaluate', place / 'new', '--model', weights, '--html', html)
    assert 'macro-F1' in text
    assert html.stat().st_size > 10_000
    scores = place / 'scores.json'
    command = ['evaluate', place / 'new', '--model', weights, '--json', scores]
    dcat(place, *command, '--wrench', '/wrench')
    (scored,) = json.loads(scores.read_text())['models']
    assert scored['model'] == 'alone'
    checked = dcat(place, 'check', place / 'new', '--model', weights)
    assert 'geometry_msgs/msg/WrenchStamped' in checked
    assert 'force' in checked


def test_without_the_package_the_weights_are_refused_in_a_sentence(place, weights):
    code = 'import sys; sys.argv[0] = "dcat"; from dcat_ros.cli.entry import main; main()'
    done = run_python('-c', code, 'info', str(weights))
    assert done.returncode == 2
    assert "'wrench' is none of imu" in done.stderr
    assert 'Traceback' not in done.stderr


def test_a_sensor_that_cannot_be_used_leaves_the_others(place, tmp_path):
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
