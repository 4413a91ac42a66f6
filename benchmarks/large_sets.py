"""Memory of reading bags and training on them, by the size of the set: made depth bags.

    python -m benchmarks.large_sets --work runs/large --out results/large_sets.json --gigabytes 1 4

Each set is bags of about half a gigabyte, of two people, with labels: a blob that moves. A process
of its own reads them as `dcat train --target image` does and trains for some steps in each fold;
its anonymous memory (what no file stands behind) is looked at ten times a second. The bags are
deleted afterwards.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from dcat_ros.bags.takes import write_takes
from dcat_ros.datasets.takes import Take
from dcat_ros.files import write_whole
from dcat_ros.signals import Signal

GIGABYTE = 1 << 30
HZ, SHAPE, TAKE_S = 30.0, (240, 320), 4.0
BYTES_A_BAG = GIGABYTE // 2
STEPS = 20
_TRAIN = """
import sys
from pathlib import Path
from dcat_ros.own.plan import Asked, plan
from dcat_ros.training.train import train
if __name__ == '__main__':
    folder, work, steps = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    found = plan(Asked(folder, 'depth'), work)
    optimiser = found.config.optimiser.model_copy(update={'steps': steps})
    config = found.config.model_copy(update={'optimiser': optimiser})
    train(config, found.dataset, work, command='')
"""


def film(label: int, rng: np.random.Generator) -> Signal:
    n = round(TAKE_S * HZ)
    frames = np.full((n, *SHAPE), 3500, np.uint16)
    frames += rng.integers(0, 8, size=SHAPE, dtype=np.uint16)
    way = np.sin(2 * np.pi * (0.5 + 0.5 * label) * np.arange(n) / HZ + rng.uniform(0, 6))
    for frame, at in zip(frames, way, strict=True):
        aside = round(30 * at) if label else 0
        frame[40:200, 120 + aside : 200 + aside] = 2400 + (0 if label else round(200 * at))
    return Signal(np.round(np.arange(n) * 1e9 / HZ).astype(np.int64), frames)


def make(folder: Path, n_bytes: int) -> int:
    """Bags of so many bytes in all; how many they have."""
    rng = np.random.default_rng(0)
    a_take = round(TAKE_S * HZ) * SHAPE[0] * SHAPE[1] * 2
    n_bags = max(2, round(n_bytes / BYTES_A_BAG))
    for i in range(n_bags):
        takes = [
            Take(('nod', 'shake')[j % 2], TAKE_S, {'image': film(j % 2, rng)}, {'focal': 285.0})
            for j in range(max(4, round(n_bytes / n_bags / (1.37 * a_take))))
        ]
        write_takes(takes, folder / ('anna', 'bo')[i % 2] / f'bag{i}', seed=i)
    return sum(path.stat().st_size for path in folder.rglob('*.mcap'))


def anonymous(pid: int) -> int:
    """Bytes of memory that no file stands behind."""
    for line in Path(f'/proc/{pid}/status').read_text().splitlines():
        if line.startswith('RssAnon:'):
            return int(line.split()[1]) << 10
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--gigabytes', type=float, nargs='+', default=[1, 4, 16])
    args = parser.parse_args()
    rows = json.loads(args.out.read_text()) if args.out.exists() else []
    for gigabytes in args.gigabytes:
        folder = args.work / f'set_{gigabytes:g}'
        shutil.rmtree(folder, ignore_errors=True)
        n_bytes = make(folder, round(gigabytes * GIGABYTE))
        begin, most = time.monotonic(), 0
        state = args.work / f'state_{gigabytes:g}'
        child = subprocess.Popen(
            [sys.executable, '-c', _TRAIN, str(folder), str(state), str(STEPS)]
        )
        while child.poll() is None:
            try:
                most = max(most, anonymous(child.pid))
            except OSError:
                break
            time.sleep(0.1)
        row = {
            'gigabytes': round(n_bytes / GIGABYTE, 2),
            'peak_anonymous_mb': most >> 20,
            'seconds': round(time.monotonic() - begin, 1),
            'ended_well': child.wait() == 0,
        }
        rows.append(row)
        write_whole(args.out, json.dumps(rows, indent=1).encode())
        print(row, flush=True)
        shutil.rmtree(folder)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == '__main__':
    main()
