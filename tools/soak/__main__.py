"""Runs a soak: python -m tools.soak --minutes 30 [--out FILE]."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dcat_ros.files import write_whole
from dcat_ros.share import dds_environment


def main() -> int:
    """Run it, print what was found, and give the exit code."""
    parser = argparse.ArgumentParser(prog='python -m tools.soak', description=__doc__)
    parser.add_argument('--minutes', type=float, default=30.0, help='no fault begins after them')
    parser.add_argument('--out', type=Path, help='write the tables here, too')
    options = parser.parse_args()
    # before anything of DDS is imported: alone in a domain, and off the network
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    os.environ['ROS_DOMAIN_ID'] = str(random.SystemRandom().randrange(1, 100))
    os.environ.update(dds_environment())
    with tempfile.TemporaryDirectory() as folder, _small_disk(Path(folder) / 'log') as disk:
        os.environ['ROS_LOG_DIR'] = str(Path(folder) / 'log')
        text, is_good = _soak(options.minutes, Path(folder), disk)
    print(text)
    if options.out is not None:
        write_whole(options.out, text.encode())
    return 0 if is_good else 1


def _soak(minutes: float, folder: Path, disk: Path | None) -> tuple[str, bool]:
    from tools.soak import report
    from tools.soak.course import run

    course = run(minutes, folder, disk, lambda line: print(line, flush=True))
    return report.text(course, minutes), not report.wrong(course)


@contextmanager
def _small_disk(path: Path) -> Iterator[Path | None]:
    """A file system of 1 MB of its own, where this user may mount one; else a plain folder."""
    path.mkdir()
    command = ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', str(path)]
    try:
        mounted = not subprocess.run(command, capture_output=True, check=False).returncode
    except OSError:
        mounted = False
    try:
        yield path if mounted else None
    finally:
        if mounted:
            subprocess.run(['umount', '--lazy', str(path)], check=False)


if __name__ == '__main__':
    sys.exit(main())
