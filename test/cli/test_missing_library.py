"""A library that is not installed, as where the virtual environment is not active: a sentence."""

import sys

import pytest
from helpers import run_python

from dcat_ros.libraries import missing

DCAT = 'from dcat_ros.cli.entry import main; main()'
NODE = 'from dcat_ros.nodes.entry import imu_node; imu_node()'


def run_without(module, code, *args):
    """Run code in a Python that acts as if a module were not installed."""
    return run_python('-c', f'import sys; sys.modules[{module!r}] = None; {code}', *args)


def refusal(module, *args):
    """What `dcat` says without a module, where it does nothing else."""
    done = run_without(module, DCAT, *args)
    assert (done.returncode, done.stdout) == (2, '')
    return done.stderr


@pytest.mark.parametrize(
    ('module', 'args', 'pip'),
    [
        ('click', ['info', 'imu_watch'], 'click'),
        ('onnxruntime', ['info', 'imu_watch'], 'onnxruntime'),
        ('yaml', ['train', '--config', 'no.yaml'], 'PyYAML'),
    ],
)
def test_dcat_without_a_library_is_exit_code_2_and_a_sentence(module, args, pip):
    assert refusal(module, *args) == (
        f'dcat: The module {module!r} is missing in {sys.executable}. Activate the virtual '
        f'environment (source ~/dcat_venv/bin/activate), or pip install {pip}.\n'
    )


@pytest.mark.ros
@pytest.mark.parametrize('module', ['onnxruntime', 'numpy'])
def test_node_without_a_library_is_exit_code_2_and_a_sentence(module):
    pytest.importorskip('rclpy')
    done = run_without(module, NODE)
    assert (done.returncode, done.stdout) == (2, '')
    assert done.stderr.startswith(f'The module {module!r} is missing in {sys.executable}. ')
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ('module', 'args', 'extra'),
    [
        ('torch', ['train', '--config', 'no.yaml'], 'train'),
        ('torch', ['export', 'imu_watch', '--out', 'x.onnx'], 'train'),
    ],
)
def test_dcat_without_what_only_training_needs_names_the_extra(module, args, extra):
    assert refusal(module, *args) == (
        f'dcat: The module {module!r} is missing in {sys.executable}, and this needs it: '
        f'pip install "dcat_ros[{extra}]".\n'
    )


def test_doctor_and_help_run_with_click_alone():
    block = (
        'import sys; from dcat_ros.libraries import EXTRAS, LIBRARIES; '
        "sys.modules |= {name: None for name in (*LIBRARIES, *EXTRAS) if name != 'click'}; "
    )
    done = run_python('-c', block + DCAT, 'doctor')
    lines = {line.split()[1]: line for line in done.stdout.splitlines()}
    assert (done.returncode, done.stderr) == (1, '')
    for name in ('numpy', 'onnxruntime', 'libraries'):
        assert lines[name].startswith('fault')
        assert 'Activate the virtual environment' in lines[name]
    assert lines['weights'].startswith('note')
    done = run_python('-c', block + DCAT, '--help')
    assert (done.returncode, done.stderr) == (0, '')
    assert 'doctor' in done.stdout


def test_other_missing_modules():
    foreign = missing(ModuleNotFoundError(name='sensor_msgs.msg'))
    assert "'sensor_msgs' is missing" in foreign
    assert 'dcat doctor' in foreign
    assert missing(ModuleNotFoundError(name='dcat_ros.no_such')) == ''
    assert missing(ModuleNotFoundError()) == ''
