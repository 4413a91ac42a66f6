"""dcat label in the terminal: files of other programs, and misuse."""

import pytest
from click.testing import CliRunner
from label_helpers import make_bag

from dcat_ros.cli.label import command
from dcat_ros.errors import BagError, ConfigError, InputError


@pytest.fixture
def bag(tmp_path):
    return make_bag(tmp_path / 'walk', 4, truth=[(1, 'wave'), (3, '')])


def label(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_labels_go_to_elan_and_come_back(bag, tmp_path):
    file, out = tmp_path / 'walk.eaf', tmp_path / 'out'
    done = label(bag, '--export', file)
    assert (done.exit_code, done.output) == (0, f'1 labels are in {file}.\n')
    done = label(bag, '--out', out, '--import', file)
    assert done.exit_code == 0
    # the bag says the same itself
    assert done.output.startswith('0 labels of')
    assert (out / 'walk.csv').read_text().endswith(',wave\n')


def test_misuse_is_said(bag, tmp_path):
    make_bag(tmp_path / 'other', 1)
    assert 'are for one bag' in label(tmp_path, '--export', 'x.csv').output
    done = label(bag, '--export', 'x.csv', '--suggest', 'imu_watch')
    assert done.exit_code == 2
    assert '--suggest is for the page' in done.output
    assert isinstance(label(tmp_path / 'nothing').exception, BagError)
    assert isinstance(label(bag, '--export', 'x.doc').exception, ConfigError)
    assert isinstance(label(bag, '--suggest', 'no_model').exception, InputError)
