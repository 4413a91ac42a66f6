"""Pin what the .in files resolve to: NAME.in -> NAME.txt, for each ROS 2 distribution.

Run by 'make lock'. pip does the resolving; nothing is installed.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def lock(name: str) -> None:
    """Write NAME.txt from NAME.in."""
    command = [sys.executable, '-m', 'pip', 'install', '--quiet', '--dry-run']
    command += ['--ignore-installed', '--report', '-', '-r', str(HERE / f'{name}.in')]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    pins = set()
    for item in report['install']:
        # a local version (torch's +cpu) is how one machine got it, not what to ask for
        version = item['metadata']['version'].split('+')[0]
        pins.add(f'{item["metadata"]["name"]}=={version}')
    head = f"# Pinned by 'make lock' from {name}.in; do not edit.\n"
    text = '\n'.join(sorted(pins, key=str.lower))
    (HERE / f'{name}.txt').write_text(f'{head}{text}\n')
    print(f'{name}.txt: {len(pins)} packages')


if __name__ == '__main__':
    for path in sorted(HERE.glob('*.in')):
        if path.stem != 'common':
            lock(path.stem)
