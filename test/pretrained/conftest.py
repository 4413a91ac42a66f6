"""A network that a server of one's own publishes, and a cache of one's own."""

from dataclasses import replace
from hashlib import sha256
from threading import Thread

import pytest
from pretrained_helpers import DATA, Server

from dcat_ros.pretrained.known import POSE


@pytest.fixture
def server():
    one = Server()
    thread = Thread(target=one.serve_forever, daemon=True)
    thread.start()
    yield one
    one.shutdown()
    one.server_close()
    thread.join()


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path / 'cache'))
    return tmp_path / 'cache' / 'models'


@pytest.fixture
def published(server):
    """A network of which the server has the file."""
    return replace(
        POSE, url=server.url, size=len(DATA), sha256={sha256(DATA).hexdigest(): 'as published'}
    )
