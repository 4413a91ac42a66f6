"""The files that the configured package indexes have of a version, and their SHA-256.

Asks what pip would ask: its index, the further ones and the folders of its configuration. All
files of a version count, for every platform and Python: so pip may choose among them, on whichever
machine, and takes nothing else.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import Request, url2pathname, urlopen

__all__ = ['File', 'canonical', 'files_of', 'usual_index']

#: What an index is asked for; the form of PEP 691, or that of PEP 503 where it has no other.
_FORMS = 'application/vnd.pypi.simple.v1+json, text/html;q=0.1'
_JSON = 'json'
_TIMEOUT_S = 60
_WHEEL, _SOURCE = '.whl', ('.tar.gz', '.zip')


class File(NamedTuple):
    """A file of an index.

    Attributes:
        name: of the file.
        sha256: in hexadecimal digits.
    """

    name: str
    sha256: str

    @property
    def version(self) -> str:
        """That its name tells, such as 2.13.0 or 2.13.0+cpu."""
        stem = self.name.removesuffix(_WHEEL)
        if stem != self.name:
            return unquote(stem.split('-')[1])
        for end in _SOURCE:
            stem = stem.removesuffix(end)
        return stem.rpartition('-')[2]


def canonical(name: str) -> str:
    """The name of a package as indexes write it (PEP 503)."""
    return re.sub('[-_.]+', '-', name).lower()


def files_of(name: str, version: str) -> list[File]:
    """Every file of a version.

    Raises:
        LookupError: there is none.
    """
    found = [*_of_indexes(canonical(name)), *_of_folders(canonical(name))]
    matching = {file for file in found if _same(file.version, version)}
    if not matching:
        raise LookupError(f'no index has a file of {name} {version}')
    return sorted(matching)


def usual_index() -> str:
    """The address of the first index that pip asks."""
    return _configured()[0][0]


def _same(one: str, other: str) -> bool:
    """Whether versions are equal: 1.0 and 1.0.0 are (PEP 440), as far as a pin needs it."""
    return re.sub(r'(\.0)+$', '', one) == re.sub(r'(\.0)+$', '', other)


def _of_indexes(name: str) -> Iterator[File]:
    for index in _configured()[0]:
        page = f'{index.rstrip("/")}/{name}/'
        if page.startswith('file:'):
            page += 'index.html'
        try:
            with urlopen(Request(page, headers={'Accept': _FORMS}), timeout=_TIMEOUT_S) as answer:
                text = answer.read().decode()
                is_json = _JSON in (answer.headers.get('Content-Type') or '')
        except OSError as problem:
            # a further index need not have it
            if getattr(problem, 'code', 404) != 404:
                raise
            continue
        yield from _of_json(text) if is_json else _of_html(text, page)


def _of_json(text: str) -> Iterator[File]:
    for entry in json.loads(text)['files']:
        if entry['filename'].endswith((_WHEEL, *_SOURCE)) and 'sha256' in entry['hashes']:
            yield File(entry['filename'], entry['hashes']['sha256'])


class _Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the target of a link."""
        self.targets += [value for key, value in attrs if tag == 'a' and key == 'href' and value]


def _of_html(text: str, page: str) -> Iterator[File]:
    links = _Links()
    links.feed(text)
    for target in links.targets:
        url, fragment = urldefrag(urljoin(page, target))
        path = urlsplit(url).path
        name = unquote(path.rpartition('/')[2])
        if not name.endswith((_WHEEL, *_SOURCE)):
            continue
        kind, _, digest = fragment.partition('=')
        if kind == 'sha256':
            yield File(name, digest)
        elif url.startswith('file:'):
            yield File(name, _digest(Path(url2pathname(path))))


def _of_folders(name: str) -> Iterator[File]:
    for folder in _configured()[1]:
        for path in sorted(Path(folder).glob(f'*{_WHEEL}')):
            if canonical(path.name.split('-')[0]) == name:
                yield File(path.name, _digest(path))


@cache
def _digest(path: Path) -> str:
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


@cache
def _configured() -> tuple[list[str], list[str]]:
    """Indexes, and folders of files, from pip's configuration and its environment."""
    settings: dict[str, list[str]] = {}
    for line in _pip('config', 'list').splitlines():
        key, _, value = line.partition('=')
        # global.extra-index-url or :env:.find-links; the environment comes first, and wins
        settings.setdefault(key.rpartition('.')[2], value.strip("'").replace('\\n', ' ').split())
    # an index that nobody configured is the one that pip's help names
    usual = re.search(r'--index-url.*?\(default\s+(\S+?)\)', _pip('install', '--help'), re.DOTALL)
    indexes = settings.get('index-url') or ([usual.group(1)] if usual else [])
    folders = [place for place in settings.get('find-links', []) if os.path.isdir(place)]
    return [*indexes, *settings.get('extra-index-url', [])], folders


def _pip(*arguments: str) -> str:
    command = [sys.executable, '-m', 'pip', *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
