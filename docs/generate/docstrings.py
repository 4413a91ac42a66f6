"""Docstrings in Google's form, as Markdown."""

import re
from inspect import cleandoc

__all__ = ['markdown']

_SECTION = re.compile(r'^(Args|Returns|Raises|Attributes):\n', re.MULTILINE)
#: 'name: text', where the text goes on in lines that are further in
_ITEM = re.compile(r'^    (\w+): (.*(?:\n {8}.*)*)', re.MULTILINE)
_TITLES = {'Args': 'Arguments', 'Attributes': 'Fields'}


def markdown(text: str) -> str:
    """The summary as it stands, then each section as a list."""
    summary, *rest = _SECTION.split(cleandoc(text))
    parts = [summary.strip()]
    for name, body in zip(rest[::2], rest[1::2], strict=True):
        items = [f'- `{item}`: {" ".join(what.split())}' for item, what in _ITEM.findall(body)]
        # what is returned has no name
        shown = '\n'.join(items) if name != 'Returns' else ' '.join(body.split())
        parts.append(f'**{_TITLES.get(name, name)}**\n\n{shown}')
    return '\n\n'.join(parts) + '\n'
