"""Writes docs/reference from the code: python docs/generate [FOLDER], or make reference."""

import sys
from collections.abc import Callable
from pathlib import Path

from command_line import command_line
from json_fields import json_fields
from python_api import python_api
from ros_api import ros_api
from train_config import train_config

HEAD = '<!-- Made by "make reference" from the code; do not edit. -->\n\n'
PAGES: dict[str, Callable[[], str]] = {
    'ros_api.md': ros_api,
    'command_line.md': command_line,
    'json.md': json_fields,
    'python_api.md': python_api,
    'train_config.md': train_config,
}


def main() -> None:
    """Write every page."""
    default = Path(__file__).resolve().parents[1] / 'reference'
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(HEAD + page().rstrip() + '\n', encoding='utf-8')
        print(f'wrote {folder / name}')


if __name__ == '__main__':
    main()
