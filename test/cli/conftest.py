"""The command line in this process."""

import subprocess
from collections import namedtuple

import pytest
from helpers import dcat_here, made_dataset, register

Done = namedtuple('Done', 'returncode stdout stderr')


@pytest.fixture
def dcat(monkeypatch, capsys, tmp_path):
    """Run `dcat …` in an empty folder; gives exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('DCAT_DATA', raising=False)
    register(monkeypatch, 'made', lambda folder: made_dataset(n=120))

    def run(*args):
        code = dcat_here(monkeypatch, *args)
        out, err = capsys.readouterr()
        assert 'Traceback' not in out + err
        return code, out, err

    return run


@pytest.fixture
def bare(monkeypatch):
    """None of the variables that dcat doctor reads."""
    for name in (
        'AMENT_PREFIX_PATH',
        'DCAT_DATA',
        'FASTDDS_DEFAULT_PROFILES_FILE',
        'FASTRTPS_DEFAULT_PROFILES_FILE',
        'RMW_IMPLEMENTATION',
        'ROS_AUTOMATIC_DISCOVERY_RANGE',
        'ROS_DISTRO',
        'ROS_DOMAIN_ID',
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def answers(monkeypatch):
    """Stand in for the process that a check starts."""

    def give(returncode=0, stdout='', stderr='', raises=None):
        def start(command, **options):
            if raises:
                raise raises
            return Done(returncode, stdout, stderr)

        monkeypatch.setattr(subprocess, 'run', start)

    return give
