"""Where the files lie, and whether one is there and good."""

from pathlib import Path

from dcat_ros.errors import ConfigError, OutputError
from dcat_ros.files import sha256_of
from dcat_ros.pretrained.known import Pretrained, find_pretrained
from dcat_ros.user_cache import folder

__all__ = ['form_of', 'how_to_get', 'is_there', 'kept_in', 'place_of', 'ready']


def kept_in() -> Path:
    """The folder of all such files.

    Raises:
        OutputError: the user has no home, and no other folder is named.
    """
    cache = folder()
    if cache is None:
        raise OutputError('there is no home folder to keep networks in; set DCAT_CACHE to one.')
    return cache / 'models'


def place_of(one: Pretrained) -> Path:
    """Where its file lies, or would lie."""
    return kept_in() / one.file_name


def how_to_get(one: Pretrained) -> str:
    """The command, as a sentence without a full stop."""
    return f'get it with: dcat models get {one.name}'


def form_of(one: Pretrained, path: Path) -> str:
    """Which of the files that are known to be good a file is; empty for none of them."""
    try:
        return one.sha256.get(sha256_of(path), '')
    except (OSError, ValueError):
        return ''


def is_there(one: Pretrained) -> bool:
    """Whether its file is there; not whether it is good."""
    try:
        return place_of(one).is_file()
    except (OSError, OutputError):
        return False


def ready(name: str) -> Path:
    """The checked file of a network.

    Raises:
        ConfigError: there is no such network, it was not fetched yet, or its file is damaged; the
            sentence has the command that mends it.
        OutputError: the user has no home, and no other folder is named.
    """
    one = find_pretrained(name)
    path = place_of(one)
    if not is_there(one):
        raise ConfigError(
            f'The network {name!r} ({one.what}) is not on this machine; {how_to_get(one)}.'
        )
    if not form_of(one, path):
        raise ConfigError(
            f'{path} is damaged or another file than the network {name!r}; {how_to_get(one)}.'
        )
    return path
