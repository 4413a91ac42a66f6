"""The user's folders; the one for what can be made or fetched again."""

import os
from pathlib import Path

__all__ = ['folder', 'user_folder']


def folder() -> Path | None:
    """DCAT_CACHE, else `dcat_ros` in XDG_CACHE_HOME or in `~/.cache`; None without a home."""
    return user_folder('DCAT_CACHE', 'XDG_CACHE_HOME', Path('.cache'))


def user_folder(own: str, xdg: str, usual: Path) -> Path | None:
    """A folder of the user's; None without a home.

    Args:
        own: the variable that names it.
        xdg: that of the XDG specification, which names what it lies in.
        usual: where that is otherwise, below the home folder.
    """
    if given := os.environ.get(own):
        return Path(given)
    base = os.environ.get(xdg, '')
    if os.path.isabs(base):  # the XDG specification: a relative path is to be ignored
        return Path(base) / 'dcat_ros'
    try:
        return Path.home() / usual / 'dcat_ros'
    except RuntimeError:
        return None
