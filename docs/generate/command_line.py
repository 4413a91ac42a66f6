"""The page of the command `dcat`, from click."""

import re
from collections.abc import Iterator
from inspect import cleandoc

import click
from tables import table

from dcat_ros.cli import main as dcat

__all__ = ['command_line']

_HEAD = """# Command line

`dcat VERB --help` says the same in the terminal. Exit codes: 0 success; 1 the work itself failed; 2
something given is unusable.

"""
_EXAMPLE = re.compile(r'^Example: ', re.MULTILINE)


def command_line() -> str:
    """The page."""
    root = dcat._dcat  # the group itself; main() is what the shell calls
    verbs = [part for path, command in _commands(root, 'dcat') for part in _verb(path, command)]
    return _HEAD + '\n'.join(verbs)


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, in the order of the alphabet."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command, info_name=path)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None:
            yield from _commands(below, f'{path} {name}')


def _verb(path: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    yield f'## {path}\n'
    yield f'```\n{path} {" ".join(command.collect_usage_pieces(context))}\n```\n'
    for paragraph in cleandoc(command.help or '').split('\n\n'):
        if _EXAMPLE.match(paragraph):
            yield f'```\n{_EXAMPLE.sub("", " ".join(paragraph.split()))}\n```\n'
        else:
            yield paragraph.replace('_', '\\_') + '\n'
    rows = [param.get_help_record(context) for param in command.params]
    shown = [(f'`{names}`', _help(text)) for names, text in filter(None, rows)]
    yield table(('option', 'what'), shown)


def _help(text: str) -> str:
    """The help of an option; what click adds in brackets stands in italics at the end."""
    main, bracket, extra = text.rpartition('  [')
    if not bracket:
        return text.replace('_', '\\_')
    return f'{main} *({extra.removesuffix("]")})*'.replace('_', '\\_')
