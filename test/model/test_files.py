import os
import pickle
import stat

import pytest

from dcat_ros import errors
from dcat_ros.errors import OutputError
from dcat_ros.files import write_whole
from dcat_ros.share import share_dir


def test_write_whole_makes_folders_and_replaces(tmp_path):
    path = tmp_path / 'a' / 'b' / 'file'
    write_whole(path, b'one')
    write_whole(path, b'two')
    assert path.read_bytes() == b'two'
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(path.parent) == ['file']


@pytest.mark.parametrize('broken', ['fsync', 'replace', 'chmod'])
def test_write_whole_that_fails_leaves_the_earlier_file(tmp_path, monkeypatch, broken):
    path = tmp_path / 'file'
    write_whole(path, b'one')

    def fail(*args):
        raise OSError('broken')

    monkeypatch.setattr(os, broken, fail)
    with pytest.raises(OutputError, match='file cannot be written: broken'):
        write_whole(path, b'two')
    assert path.read_bytes() == b'one'
    assert os.listdir(tmp_path) == ['file']


def test_write_whole_onto_a_folder_is_refused(tmp_path):
    (tmp_path / 'folder').mkdir()
    with pytest.raises(OutputError, match='folder cannot be written'):
        write_whole(tmp_path / 'folder', b'x')
    assert os.listdir(tmp_path) == ['folder']


@pytest.mark.parametrize('name', errors.__all__)
def test_errors_pickle_and_say_their_sentence(name):
    kind = getattr(errors, name)
    problem = pickle.loads(pickle.dumps(kind('what is wrong')))
    assert type(problem) is kind
    assert str(problem) == 'what is wrong'
    assert isinstance(problem, errors.DcatError)


def test_share_dir_of_a_source_tree_is_its_top_level(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert (share_dir() / 'dcat_ros' / 'share.py').is_file()


def test_share_dir_of_an_installation_follows_ament(monkeypatch, tmp_path):
    from dcat_ros import share

    folder = tmp_path / 'two' / 'share' / 'dcat_ros'
    folder.mkdir(parents=True)
    (folder / 'package.xml').write_text('<package/>')
    monkeypatch.setattr(share, '__file__', str(tmp_path / 'lib' / 'dcat_ros' / 'share.py'))
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'{tmp_path / "one"}{os.pathsep}{tmp_path / "two"}')
    assert share_dir() == folder
