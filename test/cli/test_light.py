"""The light installation: what runs models, without torch and the rest that only training needs."""

import json

import pytest
from helpers import run_python

from dcat_ros.libraries import EXTRAS

#: what a process of the light installation has: none of these
BLOCK = f'import sys; sys.modules |= dict.fromkeys({sorted((*EXTRAS, "pandas"))!r}); '
DCAT = 'from dcat_ros.cli.entry import main; main()'
SCORE = ('evaluate', '{bag}', '--model', 'imu_watch')
EXPERIMENT = ('experiment', 'run', 'config/experiments/watch.yaml', '--results', '{bag}_r')


def dcat(*args):
    return run_python('-c', BLOCK + DCAT, *args)


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    pytest.importorskip('seglearn')
    path = tmp_path_factory.mktemp('light') / 'watch_9'
    done = dcat('bag', 'make', '--dataset', 'watch', '--subjects', '9', '--out', path)
    assert (done.returncode, done.stderr) == (0, '')
    return path


@pytest.mark.parametrize(
    ('args', 'said'),
    [
        ((*SCORE, '--json', '{bag}.json'), 'macro-F1'),
        ((*SCORE, '--write-bag', '{bag}_said'), 'macro-F1'),
        (('evaluate', '--dataset', 'watch', '--subjects', '9', '--model', 'imu_watch'), 'macro-F1'),
        (('check', '{bag}'), 'imu_watch'),
        (('info', 'audio_kitchen20'), 'mel0'),
        (('info', 'image_depth_utd_mhad', '--json'), 'calibration'),
        (('doctor',), 'without matplotlib, mediapipe, onnx'),
    ],
)
def test_a_verb_runs(bag, args, said):
    done = dcat(*(arg.format(bag=bag) for arg in args))
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_a_label_is_taught(bag, tmp_path, monkeypatch):
    monkeypatch.setenv('DCAT_TAUGHT', str(tmp_path))
    truth = tmp_path / 'labels.csv'
    truth.write_text('start,end,label\n5,8,bow\n12,15,bow\n')
    done = dcat('teach', '--model', 'imu_watch', '--bag', bag, '--truth', truth)
    assert done.returncode == 0, done.stderr
    taught = tmp_path / 'imu_watch_taught.safetensors'
    assert str(taught) in done.stdout
    done = dcat('evaluate', bag, '--model', taught, '--truth', truth)
    assert done.returncode == 0, done.stderr
    assert 'bow' in done.stdout


@pytest.mark.parametrize(
    ('args', 'module', 'extra'),
    [
        ((*SCORE, '--plot', '{bag}.png'), 'matplotlib', 'report'),
        ((*SCORE, '--html', '{bag}.html'), 'plotly', 'report'),
        (('train', '--config', 'config/train/imu_watch.yaml'), 'onnx', 'train'),
        (('train', '--data', '.', '--target', 'imu'), 'onnx', 'train'),
        (EXPERIMENT, 'torch', 'train'),
    ],
)
def test_what_a_verb_lacks_is_named_with_its_extra(bag, args, module, extra):
    done = dcat(*(arg.format(bag=bag) for arg in args))
    assert done.returncode == 2
    (sentence,) = [line for line in done.stderr.splitlines() if line.startswith('dcat:')]
    assert f'The module {module!r} is missing' in sentence
    assert sentence.endswith(f'pip install "dcat_ros[{extra}]".')


@pytest.mark.ros
def test_a_node_imports_nothing_that_only_training_needs():
    pytest.importorskip('rclpy')
    code = (
        'import json, sys\n'
        'import dcat_ros.nodes.imu_node, dcat_ros.nodes.image_node, dcat_ros.nodes.audio_node\n'
        'import dcat_ros.nodes.presence_node\n'
        'from dcat_ros.model.runtime import load_model\n'
        "for name in ('imu_watch', 'image_depth_utd_mhad', 'audio_kitchen20'):\n"
        '    load_model(name).warm_up()\n'
        'print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))'
    )
    done = run_python('-c', code)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout.splitlines()[-1])) & {*EXTRAS, 'pandas'} == set()


@pytest.mark.ros
@pytest.mark.parametrize(
    ('node', 'heavy'),
    [
        ('imu_node', {'cv2', 'rosbags'}),
        ('audio_node', {'cv2'}),
        ('presence_node', {'cv2', 'rosbags', 'onnxruntime'}),
    ],
)
def test_a_node_imports_no_library_that_only_others_need(node, heavy):
    pytest.importorskip('rclpy')
    code = f'import json, sys, dcat_ros.nodes.{node}; print(json.dumps(sorted(sys.modules)))'
    done = run_python('-c', code)
    assert done.returncode == 0, done.stderr
    assert heavy & set(json.loads(done.stdout)) == set()
