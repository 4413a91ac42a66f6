"""Ask pip-audit for known vulnerabilities of what is locked. Run by 'make audit'.

Exit code 1: there are some. What could not be asked is said, for then no finding means nothing.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROGRAM = 'pip-audit'


def packages_of(path: Path, program: str) -> list[dict[str, Any]]:
    """What pip-audit says of each package of a lock file.

    Raises:
        ValueError: it says nothing, such as where its data cannot be reached.
    """
    command = [program, '-r', str(path), '--no-deps', '--disable-pip', '--format', 'json']
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)['dependencies']
    except (ValueError, KeyError):
        last = done.stderr.strip().splitlines()[-1:] or [f'exit code {done.returncode}']
        raise ValueError(last[0]) from None
    return found


def main() -> int:
    """The exit code."""
    program = shutil.which(PROGRAM)
    if program is None:
        print('skipped: pip-audit is not installed (pip install pip-audit)')
        return 0
    vulnerable = 0
    for path in sorted(HERE.glob('*.txt')):
        try:
            packages = packages_of(path, program)
        except ValueError as problem:
            print(f'{path.name}: skipped: {problem}')
            continue
        asked = [package for package in packages if 'skip_reason' not in package]
        if not asked:
            print(f'{path.name}: skipped: the data on vulnerabilities cannot be reached')
            continue
        print(f'{path.name}: {len(asked)} of {len(packages)} packages looked up')
        for package in asked:
            for hole in package['vulns']:
                vulnerable += 1
                mended = ', '.join(hole['fix_versions']) or 'none yet'
                print(f'  {package["name"]} {package["version"]}: {hole["id"]}, mended in {mended}')
    return int(vulnerable > 0)


if __name__ == '__main__':
    sys.exit(main())
