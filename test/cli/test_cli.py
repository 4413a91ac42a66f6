"""The command line in this process: every verb's help, success and misuse, and its exit codes."""

import json

import click
import pytest
from helpers import IMU, STRING, imu_message, resting, string_message, write_raw_bag

from dcat_ros.bags.read import BagReader
from dcat_ros.cli import main as main_module
from dcat_ros.model.find import load_card

S = 10**9
VERBS = (
    'bag',
    'check',
    'demo',
    'doctor',
    'evaluate',
    'experiment',
    'export',
    'info',
    'label',
    'models',
    'replay',
    'teach',
    'train',
    'watch',
)


@pytest.fixture
def bag(tmp_path):
    messages = [('/activity_truth', STRING, 1000 * S, string_message('walk'))]
    for i, values in enumerate(resting(100)):
        at = 1000 * S + i * S // 50
        messages.append(('/imu/data_raw', IMU, at, imu_message(at, values)))
    write_raw_bag(tmp_path / 'bag', messages)
    return tmp_path / 'bag'


@pytest.mark.parametrize('args', [['--help'], ['-h']])
def test_dcat_help_lists_every_verb(dcat, args):
    code, out, _ = dcat(*args)
    assert code == 0
    assert [v for v in VERBS if f'\n  {v} ' not in out] == []


def commands(group, path=()):
    """Path and command of every verb, and of the verbs below it."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_dcat_verbs_are_these():
    every = list(commands(main_module._dcat))
    assert {path[0] for path in every} == set(VERBS)
    assert {('bag', 'make'), ('experiment', 'run'), ('experiment', 'report')} < set(every)


@pytest.mark.parametrize('verb', list(commands(main_module._dcat)), ids=' '.join)
def test_dcat_verb_help_has_an_example(dcat, verb):
    code, out, _ = dcat(*verb, '--help')
    assert code == 0
    assert 'Usage: ' in out
    assert f'Example: dcat {" ".join(verb)}' in ' '.join(out.split())


def test_dcat_help_says_the_exit_codes(dcat):
    _, out, _ = dcat('--help')
    codes = out[out.index('Exit codes:') :].splitlines()[1:4]
    assert [line.split()[0] for line in codes] == ['0', '1', '2']


def test_dcat_version(dcat):
    code, out, _ = dcat('--version')
    assert (code, out.split()[0]) == (0, 'dcat,')


@pytest.mark.parametrize(
    ('args', 'text'),
    [
        (['dance'], "There is no verb 'dance'; there are bag, check, demo, doctor, evaluate,"),
        (['--nonsense'], 'No such option'),
        (['info'], "Missing argument 'MODEL'"),
        (['info', 'x', '--yaml'], 'No such option'),
        (['info', 'no_such_model'], "no weights file 'no_such_model'"),
        (['info', '.'], "no weights file '.'"),
        (['bag', 'make', '--out', 'x'], '--dataset is needed'),
        (['bag', 'make', '--dataset', 'watch'], "Missing option '--out'"),
        (['bag', 'make', '--dataset', 'wacth', '--out', 'x'], "Did you mean 'watch'"),
        (['bag', 'make', '--dataset', 'utd_mhad', '--out', 'x'], 'give --data DIR'),
        (['bag', 'make', '--dataset', 'utd_mhad', '--data', 'no', '--out', 'x'], 'is not there'),
        (['bag', 'make', '--dataset', 'made', '--subjects', '9', '--out', 'x'], 'it has 1, 2, 3'),
        (['bag', 'make', '--dataset', 'made', '--out', '.'], 'exists already'),
        (
            ['bag', 'make', '--dataset', 'made', '--sensors', 'image', '--out', 'x'],
            'can of utd_mhad',
        ),
        (['bag', 'make', '--dataset', 'made', '--out', 'x', '--storage', 'zip'], 'mcap'),
        (['bag', 'make', '--dataset', 'made', '--out', 'x', '--seed', 'a'], 'not a valid integer'),
        (['train'], 'Give --config with a recipe'),
        (['train', '--config', 'no.yaml'], 'no.yaml cannot be read'),
        (['evaluate', 'bag'], "Missing option '--model'"),
        (['evaluate', '--model', 'x'], 'give either BAGs or --dataset'),
        (['evaluate', 'bag', '--dataset', 'watch', '--model', 'x'], 'give either BAGs or'),
        (['evaluate', '--dataset', 'watch', '--model', 'no_such'], "no weights file 'no_such'"),
        (['replay'], "Missing argument 'BAG'"),
        (['replay', 'no_bag', '--rate', '0'], '--rate must be above 0'),
        (['replay', 'no_bag', '--rate', 'nan'], '--rate must be above 0'),
        (['replay', 'no_bag', '--rate', 'fast'], 'not a valid float'),
        (['watch', '--seconds', '0'], '--seconds must be above 0'),
        (['watch', '--seconds', 'nan'], '--seconds must be above 0'),
        (['demo', '--model', 'no_such'], "no weights file 'no_such'"),
        (['demo', '--rate', 'fast'], 'not a valid float'),
    ],
    ids=lambda value: ' '.join(value) if isinstance(value, list) else '',
)
def test_dcat_misuse_is_exit_code_2_and_a_sentence(dcat, args, text):
    code, out, err = dcat(*args)
    assert code == 2
    assert text in ' '.join(err.split())
    assert out == ''


def test_info_prints_the_card(dcat, weights_file):
    code, out, err = dcat('info', weights_file)
    assert (code, err) == (0, '')
    assert out.startswith('# small\n')
    assert 'walk, jog, rest' in out


def test_info_json_is_the_record(dcat, weights_file):
    code, out, _ = dcat('info', weights_file, '--json')
    assert code == 0
    assert json.loads(out) == json.loads(load_card(weights_file).model_dump_json())


def test_info_damaged_file_is_exit_code_2(dcat, weights_file):
    weights_file.write_bytes(weights_file.read_bytes()[:-100])
    code, _, err = dcat('info', weights_file)
    assert code == 2
    assert err.startswith('dcat: ')
    assert 'no whole safetensors file' in err


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_bag_make_writes_a_bag(dcat, tmp_path, storage):
    code, out, err = dcat(
        'bag', 'make', '--dataset', 'made', '--subjects', '1,3', '--out', 'b', '--storage', storage
    )
    assert (code, err) == (0, '')
    assert out == 'b: 4 trials of 2 subjects\n'
    with BagReader(tmp_path / 'b') as reader:
        assert sum(m.topic == '/imu/data_raw' for m in reader.messages()) == 4 * 120


def test_bag_make_continuous_says_that_it_is_synthetic(dcat):
    code, out, _ = dcat('bag', 'make', '--dataset', 'made', '--continuous', '--out', 'b')
    assert code == 0
    assert 'joined to one stream each (synthetic)' in out


def test_evaluate_bag_prints_and_writes_scores(dcat, bag, weights_file, tmp_path):
    code, out, _ = dcat(
        'evaluate', bag, '--model', weights_file, '--json', 's.json', '--plot', 'p.png'
    )
    assert code == 0
    assert 'macro-F1' in out
    (model,) = json.loads((tmp_path / 's.json').read_text())['models']
    scores = model['scores']
    assert (scores['n_windows'], scores['n_messages'], scores['model']) == (3, 100, 'small')
    assert (tmp_path / 'p.png').read_bytes().startswith(b'\x89PNG')


def test_evaluate_dataset_scores_trials(dcat, weights_file):
    code, out, _ = dcat('evaluate', '--dataset', 'made', '--subjects', '2', '--model', weights_file)
    assert code == 0
    assert 'made, subjects 2' in out
    assert '2 trials' in out


def test_evaluate_with_truth_from_a_file(dcat, bag, weights_file, tmp_path):
    (tmp_path / 't.csv').write_text('start,end,label\n0,9,jog\n')
    code, out, _ = dcat('evaluate', bag, '--model', weights_file, '--truth', 't.csv')
    assert code == 0
    assert '\njog ' in out


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        (['--imu', '/imu/data_rwa'], 'Did you mean /imu/data_raw?'),
        (['--imu', '/activity_truth'], 'sensor_msgs/msg/Imu is needed'),
        (['--truth-topic', '/t'], 'has no topic /t'),
        (['--truth', 'no.csv'], 'no.csv cannot be read'),
        (['--truth', '.'], 'cannot be read'),
        (['--stride', '0'], 'stride_s=0.0 must be a positive number'),
        (['--stride', 'nan'], 'stride_s=nan must be'),
        (['--stride', '7'], 'stride=7.0 s must be at most the window'),
        (['--json', '/dev/null/x'], 'cannot be written'),
        (['--plot', '.'], 'cannot be written'),
    ],
    ids=lambda value: ' '.join(value) if isinstance(value, list) else '',
)
def test_evaluate_unusable_option_is_exit_code_2(dcat, bag, weights_file, options, text):
    code, _, err = dcat('evaluate', bag, '--model', weights_file, *options)
    assert code == 2
    assert text in ' '.join(err.split())


@pytest.mark.parametrize('what', ['no_bag', '.', 'garbage'])
def test_evaluate_something_that_is_no_bag_is_exit_code_2(dcat, weights_file, tmp_path, what):
    (tmp_path / 'garbage').write_bytes(b'\x00\x01' * 99)
    code, _, err = dcat('evaluate', what, '--model', weights_file)
    assert code == 2
    assert err.startswith('dcat: ')


@pytest.mark.parametrize('verb', ['evaluate', 'info', 'bag'])
def test_dcat_path_that_is_too_long_is_exit_code_2(dcat, weights_file, verb):
    args = {
        'evaluate': ['x' * 300, '--model', weights_file],
        'info': ['x' * 300],
        'bag': ['make', '--dataset', 'made', '--out', 'x' * 300],
    }
    code, _, _ = dcat(verb, *args[verb])
    assert code == 2


@pytest.mark.parametrize(
    ('options', 'text'),
    [(['--subject', '1'], 'was trained on subject 1'), (['--subject', 'x'], '')],
)
def test_demo_person_who_cannot_be_shown_is_exit_code_2(dcat, weights_file, options, text):
    pytest.importorskip('rclpy')
    code, _, err = dcat('demo', '--model', weights_file, *options)
    assert code == 2
    assert text in err


@pytest.mark.parametrize(
    'subjects',
    ['', ',', ' '],
)
def test_bag_make_of_no_subject_is_exit_code_2(dcat, subjects):
    code, _, _ = dcat('bag', 'make', '--dataset', 'made', '--subjects', subjects, '--out', 'b')
    assert code == 2


def test_bag_make_negative_seed_is_exit_code_2(dcat):
    code, _, _ = dcat(
        'bag', 'make', '--dataset', 'made', '--continuous', '--seed', '-1', '--out', 'b'
    )
    assert code == 2


def test_replay_missing_bag_is_exit_code_2(dcat):
    pytest.importorskip('rclpy')
    code, _, err = dcat('replay', 'no_bag')
    assert code == 2
    assert 'There is no bag no_bag' in err
