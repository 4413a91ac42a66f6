"""The user's folder for what was taught: it cannot be made again, so it is no cache."""

import os
from pathlib import Path

from dcat_ros.errors import OutputError

__all__ = ['folder']


def folder() -> Path:
    """DCAT_TAUGHT, else `dcat_ros` in XDG_DATA_HOME or in `~/.local/share`.

    Raises:
        OutputError: there is no home.
    """
    if given := os.environ.get('DCAT_TAUGHT'):
        return Path(given)
    base = os.environ.get('XDG_DATA_HOME', '')
    if os.path.isabs(base):  # the XDG specification: a relative path is to be ignored
        return Path(base) / 'dcat_ros'
    try:
        return Path.home() / '.local' / 'share' / 'dcat_ros'
    except RuntimeError:
        raise OutputError(
            'There is no home folder to keep what is taught in; name one in DCAT_TAUGHT.'
        ) from None
