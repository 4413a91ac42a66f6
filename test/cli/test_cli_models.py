"""dcat models: networks of others."""

import pytest
from click.testing import CliRunner

from dcat_ros.cli.models import command
from dcat_ros.errors import ConfigError
from dcat_ros.pretrained.known import KNOWN


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path))
    return tmp_path / 'models'


def run(*args):
    done = CliRunner().invoke(command, args)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_list_says_all_of_each_and_whether_it_is_here(kept):
    said = run('list').output
    for one in KNOWN.values():
        assert f'{one.name}: ' in said
        assert one.url in said
        assert all(digest in said for digest in one.sha256)
    assert said.count('not here') == len(KNOWN)
    kept.mkdir()
    (kept / KNOWN['pose'].file_name).write_bytes(b'damaged')
    assert 'damaged' in run('list').output


def test_where_is_the_folder(kept):
    assert run('where').output.strip() == str(kept)


def test_a_file_that_is_none_of_them_is_refused(kept, tmp_path):
    (tmp_path / 'file').write_bytes(b'something')
    with pytest.raises(ConfigError, match="is not the network 'pose'"):
        run('get', 'pose', '--from', str(tmp_path / 'file'))


def test_an_unknown_name_is_told_the_nearest(kept):
    with pytest.raises(ConfigError, match=r"There is no network 'pos'.*Did you mean 'pose'"):
        run('get', 'pos')
