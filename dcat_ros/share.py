"""Where the package's own files lie: launch files, parameters, weights."""

import os
import sys
from pathlib import Path

__all__ = ['share_dir']


def share_dir() -> Path:
    """The folder with launch/, config/ and models/, never relative to the working directory.

    In a source tree (also one that is installed editable) it is its top level; where ROS is
    sourced, share/dcat_ros of the workspace; otherwise share/dcat_ros of the Python environment.
    """
    source = Path(__file__).resolve().parents[1]
    if (source / 'package.xml').is_file():
        return source
    prefixes = [p for p in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if p]
    for prefix in [*prefixes, sys.prefix]:
        folder = Path(prefix) / 'share' / 'dcat_ros'
        if (folder / 'package.xml').is_file():
            return folder
    return Path(sys.prefix) / 'share' / 'dcat_ros'
