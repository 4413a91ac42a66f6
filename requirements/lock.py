"""Pin what the .in files resolve to, for each ROS 2 distribution.

NAME.txt gets what running needs (NAME.in), NAME-dev.txt what tests and benchmarks need besides
(dev.in), both of one resolution. Run by 'make lock'; pip resolves, nothing is installed.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

HERE = Path(__file__).parent
DISTRIBUTIONS = ('jazzy', 'kilted')


def resolve(*arguments: str) -> dict[str, str]:
    """Name -> version of everything that pip would install."""
    command = [sys.executable, '-m', 'pip', 'install', '--quiet', '--dry-run']
    command += ['--ignore-installed', '--report', '-', *arguments]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    # a local version (torch's +cpu) is how one machine got it, not what to ask for
    return {
        item['metadata']['name']: item['metadata']['version'].split('+')[0]
        for item in report['install']
    }


def lines(pins: dict[str, str]) -> str:
    """The pins as a requirements file."""
    return ''.join(f'{name}=={pins[name]}\n' for name in sorted(pins, key=str.lower))


def lock(name: str) -> None:
    """Write NAME.txt and NAME-dev.txt."""
    run = ['-r', str(HERE / f'{name}.in')]
    together = resolve(*run, '-r', str(HERE / 'dev.in'))
    with NamedTemporaryFile('w', suffix='.txt') as constraints:
        constraints.write(lines(together))
        constraints.flush()
        running = resolve(*run, '-c', constraints.name)
    rest = {package: version for package, version in together.items() if package not in running}
    head = "# Pinned by 'make lock'; do not edit.\n"
    (HERE / f'{name}.txt').write_text(head + lines(running))
    (HERE / f'{name}-dev.txt').write_text(head + lines(rest))
    print(f'{name}: {len(running)} packages to run, {len(rest)} more to develop')


if __name__ == '__main__':
    for distribution in DISTRIBUTIONS:
        lock(distribution)
