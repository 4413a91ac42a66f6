"""The documentation's pages, and what stands in them."""

import re

from helpers import REPO

PAGES = [REPO / 'README.md', REPO / 'CONTRIBUTING.md', *sorted((REPO / 'docs').rglob('*.md'))]

_FENCE = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r'`([^`\n]+)`')
_LINK = re.compile(r'!?\[[^\]]*\]\(([^)\s]+)\)')


def page_name(path):
    return str(path.relative_to(REPO))


def read(path):
    return path.read_text(encoding='utf-8')


def fences(path, language):
    """The blocks of a language; '' is the shell."""
    return [body for kind, body in _FENCE.findall(read(path)) if kind == language]


def prose(path):
    """The page without its blocks."""
    return _FENCE.sub('', read(path))


def spans(path):
    """What stands in backticks in the text."""
    return _SPAN.findall(prose(path))


def links(path):
    """Targets of links and pictures."""
    return _LINK.findall(_SPAN.sub('', prose(path)))


def commands(path):
    """The lines of the shell's blocks, without comments; continued lines are joined."""
    text = '\n'.join(fences(path, '')).replace('\\\n', ' ')
    lines = (re.sub(r'(^|\s)#.*', '', line).strip() for line in text.splitlines())
    return [part.strip() for line in lines for part in line.split('&&') if part.strip()]
