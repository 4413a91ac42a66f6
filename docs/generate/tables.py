"""Markdown that several pages are made of."""

from collections.abc import Iterable, Sequence

__all__ = ['cell', 'table']


def cell(text: str) -> str:
    """Text as one cell of a table."""
    return ' '.join(text.split()).replace('|', '\\|')


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, or nothing where there are no rows."""
    lines = ['| ' + ' | '.join(map(cell, row)) + ' |' for row in rows]
    if not lines:
        return ''
    return '\n'.join(['| ' + ' | '.join(head) + ' |', '|---' * len(head) + '|', *lines]) + '\n'
