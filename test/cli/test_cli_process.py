"""The installed command in a process of its own."""

import subprocess

import pytest
from helpers import run_python

CODE = 'from dcat_ros.cli.main import main; main()'


def test_dcat_process_success_is_exit_code_0(weights_file):
    done = run_python('-c', CODE, 'info', str(weights_file))
    assert (done.returncode, done.stderr) == (0, '')
    assert done.stdout.startswith('# small')


@pytest.mark.parametrize(
    'args', [['info', 'no_such'], ['evaluate', 'x', '--model', 'no_such'], ['x']]
)
def test_dcat_process_bad_input_is_exit_code_2_without_traceback(args):
    done = run_python('-c', CODE, *args)
    assert done.returncode == 2
    assert done.stdout == ''
    assert 'Traceback' not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 4


def test_dcat_process_reader_that_goes_away_is_no_traceback(weights_file):
    import sys

    process = subprocess.Popen(
        [sys.executable, '-c', CODE, 'info', str(weights_file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.wait(timeout=60)
    process.stderr.close()
    assert 'Traceback' not in errors
