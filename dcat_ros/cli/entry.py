"""Where the command `dcat` starts: says in a sentence that even click is missing."""

import sys
from importlib import import_module

from dcat_ros.libraries import missing

__all__ = ['main']


def main() -> None:
    """Run the command line; the exit code is 2 where a module that it needs is not installed."""
    try:
        command_line = import_module('dcat_ros.cli.main')
    except ModuleNotFoundError as problem:
        if not (sentence := missing(problem)):
            raise
        print(f'dcat: {sentence}', file=sys.stderr)
        sys.exit(2)
    command_line.main()
