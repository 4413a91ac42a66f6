"""The user's folder for what was taught: it cannot be made again, so it is no cache."""

from pathlib import Path

from dcat_ros.errors import OutputError
from dcat_ros.user_cache import user_folder

__all__ = ['folder']


def folder() -> Path:
    """DCAT_TAUGHT, else `dcat_ros` in XDG_DATA_HOME or in `~/.local/share`.

    Raises:
        OutputError: there is no home.
    """
    found = user_folder('DCAT_TAUGHT', 'XDG_DATA_HOME', Path('.local', 'share'))
    if found is None:
        raise OutputError(
            'There is no home folder to keep what is taught in; name one in DCAT_TAUGHT.'
        )
    return found
