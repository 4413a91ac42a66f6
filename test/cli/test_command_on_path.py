"""bin/dcat, by which colcon puts dcat on the PATH, and which pip must not install."""

import os

import pytest
from helpers import REPO, run_python

FILE = REPO / 'bin' / 'dcat'


def data_files(monkeypatch, command):
    """What setup.py installs beside the package."""
    pytest.importorskip('setuptools')  # brings distutils
    from distutils.core import run_setup

    monkeypatch.chdir(REPO)
    return dict(run_setup('setup.py', [command], 'init').data_files)


def test_file_is_a_program_that_runs_the_command():
    assert os.access(FILE, os.X_OK)
    assert FILE.read_text().startswith('#!/usr/bin/env python3\n')
    done = run_python(str(FILE), '--version', PYTHONPATH=str(REPO))
    assert (done.returncode, done.stdout.split()[0]) == (0, 'dcat,')


@pytest.mark.parametrize('command', ['install', 'develop'])
def test_colcon_installs_it(monkeypatch, command):
    assert data_files(monkeypatch, command)['bin'] == ['bin/dcat']


def test_pip_does_not_for_it_makes_its_own(monkeypatch):
    files = data_files(monkeypatch, 'bdist_wheel')
    assert 'bin' not in files
    assert 'share/dcat_ros' in files
