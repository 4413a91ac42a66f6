"""The command line in this process."""

import sys

import pytest
from helpers import made_dataset

from dcat_ros.cli.main import main
from dcat_ros.datasets.registry import DATASETS


@pytest.fixture
def dcat(monkeypatch, capsys, tmp_path):
    """Run `dcat …` in an empty folder; gives exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('DCAT_DATA', raising=False)
    monkeypatch.setitem(DATASETS, 'made', lambda folder: made_dataset(n=120))

    def run(*args):
        monkeypatch.setattr(sys, 'argv', ['dcat', *map(str, args)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        assert 'Traceback' not in out + err
        return caught.value.code, out, err

    return run
