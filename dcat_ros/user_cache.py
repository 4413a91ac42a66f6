"""The user's folder for what can be made or fetched again."""

import os
from pathlib import Path

__all__ = ['folder']


def folder() -> Path | None:
    """DCAT_CACHE, else `dcat_ros` in XDG_CACHE_HOME or in `~/.cache`; None without a home."""
    if given := os.environ.get('DCAT_CACHE'):
        return Path(given)
    base = os.environ.get('XDG_CACHE_HOME', '')
    if os.path.isabs(base):  # the XDG specification: a relative path is to be ignored
        return Path(base) / 'dcat_ros'
    try:
        return Path.home() / '.cache' / 'dcat_ros'
    except RuntimeError:
        return None
