"""A model that can be taught, and a folder for what is."""

import pytest
from teach_helpers import save_base


@pytest.fixture(scope='session')
def base(tmp_path_factory):
    """Path of its weights."""
    pytest.importorskip('torch')
    return save_base(tmp_path_factory.mktemp('base'))


@pytest.fixture
def taught(tmp_path, monkeypatch):
    """The user's folder."""
    monkeypatch.setenv('DCAT_TAUGHT', str(tmp_path / 'taught'))
    return tmp_path / 'taught'
