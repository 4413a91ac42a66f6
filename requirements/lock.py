"""Pin what the .in files resolve to, for each ROS 2 distribution, with the hashes of all files.

NAME.txt gets what running needs (NAME.in, and alone.in without its needs), NAME-dev.txt what
training, tests and benchmarks need besides (dev.in, and camera.in without its needs), both of one
resolution. PyTorch stands in
files of its own: torch-cpu.txt, and torch-cuda.txt with what the wheel with CUDA needs besides.
Run by 'make lock'; pip resolves, nothing is installed. With --keep no version moves: only what is
new, and the hashes.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from files import files_of, usual_index

HERE = Path(__file__).parent
DISTRIBUTIONS = ('jazzy', 'kilted')
#: Pages that are asked for at the same time.
AT_ONCE = 8
HEAD = (
    "# Pinned by 'make lock'; do not edit. A version, and the SHA-256 of its files.\n"
    '# Complete, to be installed with --no-deps.\n'
)


def resolve(*arguments: str, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name -> version of everything that pip would install."""
    command = [sys.executable, '-m', 'pip', 'install', '--quiet', '--dry-run']
    command += ['--ignore-installed', '--report', '-', *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    # a local version (torch's +cpu) is how one machine got it, not what to ask for
    return {
        item['metadata']['name']: item['metadata']['version'].split('+')[0]
        for item in json.loads(done.stdout)['install']
    }


def read_pins(path: Path) -> dict[str, str]:
    """Name -> version of a lock file."""
    if not path.is_file():
        return {}
    return dict(re.findall(r'^([\w.-]+)==(\S+)', path.read_text(), re.MULTILINE))


def known_hashes(path: Path) -> dict[tuple[str, str], set[str]]:
    """(name, version) -> hashes of a lock file."""
    if not path.is_file():
        return {}
    lines = re.findall(r'^([\w.-]+)==(\S+)(.*)', path.read_text(), re.MULTILINE)
    return {(name, v): set(re.findall(r'sha256:(\w+)', rest)) for name, v, rest in lines}


@contextmanager
def constraints(pins: Mapping[str, str]) -> Iterator[str]:
    """A file that holds pip to these versions."""
    with NamedTemporaryFile('w', suffix='.txt') as file:
        file.write(''.join(f'{name}=={version}\n' for name, version in pins.items()))
        file.flush()
        yield file.name


def write(path: Path, pins: Mapping[str, str], head: str = HEAD) -> None:
    """Write the pins as a requirements file, which makes pip check every file that it takes.

    What another index than those of this machine has of a pinned version stays in.
    """
    names = sorted(pins, key=str.lower)
    before = known_hashes(path)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda name: files_of(name, pins[name]), names))
    lines = []
    for name, files in zip(names, found, strict=True):
        hashes = {file.sha256 for file in files} | before.get((name, pins[name]), set())
        options = ' '.join(f'--hash=sha256:{digest}' for digest in sorted(hashes))
        lines.append(f'{name}=={pins[name]} {options}\n')
    path.write_text(head + ''.join(lines))


def lock(name: str, keep: bool) -> tuple[str, dict[str, str]]:
    """Write NAME.txt and NAME-dev.txt; gives the version of torch, and the pins of both."""
    paths = HERE / f'{name}.txt', HERE / f'{name}-dev.txt'
    old = {}
    if keep:
        for path in (*paths, HERE / 'torch-cuda.txt'):
            old |= read_pins(path)
    run = ['-r', str(HERE / f'{name}.in')]
    with constraints(old) as held:
        together = resolve(*run, '-r', str(HERE / 'dev.in'), '-c', held)
    with constraints(together) as held:
        running = resolve(*run, '-c', held)
    with constraints({**old, **together}) as held:
        # what they need is left out, but for what we have anyway
        alone = resolve('--no-deps', '-r', str(HERE / 'alone.in'), '-c', held)
        camera = resolve('--no-deps', '-r', str(HERE / 'camera.in'), '-c', held)
    torch = together.pop('torch')
    running |= alone
    together |= alone | camera
    rest = {package: version for package, version in together.items() if package not in running}
    write(paths[0], running)
    write(paths[1], rest)
    print(f'{name}: {len(running)} packages to run, {len(rest)} more to develop')
    return torch, together


def lock_torch(version: str, pins: Mapping[str, str], keep: bool) -> None:
    """Write torch-cpu.txt and torch-cuda.txt, of which an environment gets one.

    pip prefers a file whose hash the index tells, so that one list of both would never give the
    wheel for the CPU out of a folder.
    """
    cpu = HERE / 'torch-cpu.txt'
    try:
        write(cpu, {'torch': f'{version}+cpu'}, HEAD + '# Where pip finds it.\n')
    except LookupError as problem:
        cpu.unlink(missing_ok=True)
        print(f'{problem}; without {cpu.name} every environment gets the one with CUDA')
    cuda = HERE / 'torch-cuda.txt'
    old = read_pins(cuda) if keep else {}
    # no further index, no folder of files
    plain = {k: v for k, v in os.environ.items() if not k.startswith('PIP_') or k == 'PIP_CERT'}
    plain['PIP_CONFIG_FILE'] = os.devnull
    with constraints({**old, **pins, 'torch': version}) as held:
        wanted = [f'torch=={version}', '-c', held, '--index-url', usual_index()]
        found = resolve(*wanted, environment=plain)
    rest = {package: number for package, number in found.items() if package not in pins}
    write(cuda, rest, HEAD + '# What the usual index has, and what it needs besides.\n')
    print(f'torch: {len(rest)} packages with CUDA')


def main() -> None:
    """Write all lock files."""
    keep = '--keep' in sys.argv[1:]
    locked = [lock(distribution, keep) for distribution in DISTRIBUTIONS]
    lock_torch(*locked[0], keep)


if __name__ == '__main__':
    main()
