"""Memory of `dcat evaluate` on a bag of 2 GB, and of one of a fortieth of that.

    python -m benchmarks.long_bag [--gigabytes 2]

The samples are noise at 200 Hz: the most windows that so many bytes can have.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from dcat_ros.bags.write import Piece, write_bag
from dcat_ros.datasets import Signal
from dcat_ros.segment import Segment

RATE_HZ = 200.0
_PIECE = 120_000  # ten minutes
_SMALL = 40


def pieces(n: int) -> Iterator[Piece]:
    rng = np.random.default_rng(0)
    for _ in range(n):
        signal = Signal.at_rate(rng.normal(size=(_PIECE, 6)), RATE_HZ)
        yield Piece(signal, (Segment(0, int(signal.stamps_ns[-1]) + 1, 'walk'),))


def size_of(path: Path) -> float:
    return sum(file.stat().st_size for file in path.iterdir()) / 1e9


def peak_mb(path: Path, model: str) -> float:
    """Greatest resident set in MB of a process that scores the bag."""
    command = [Path(sys.executable).with_name('dcat'), 'evaluate', path, '--model', model]
    environment = os.environ | {'OMP_NUM_THREADS': '1'}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f'dcat evaluate failed on {path}')
    return usage.ru_maxrss / 1024


def run(gigabytes: float = 2.0, model: str = 'imu_utd_mhad') -> list[tuple[str, str]]:
    """Rows for the table of benchmarks."""
    with TemporaryDirectory() as folder:
        one = Path(folder) / 'one'
        write_bag(pieces(1), one)
        n = round(gigabytes / size_of(one))
        small, large = Path(folder) / 'small', Path(folder) / 'large'
        write_bag(pieces(max(1, n // _SMALL)), small)
        write_bag(pieces(n), large)
        sizes = size_of(large), size_of(small)
        peaks = peak_mb(large, model), peak_mb(small, model)
    row = (
        'memory of scoring a long bag / a short one',
        f'{peaks[0] / peaks[1]:.2f}   ({peaks[0]:.0f} MB for {sizes[0]:.2f} GB / '
        f'{peaks[1]:.0f} MB for {sizes[1]:.2f} GB)',
    )
    print(*row, flush=True)
    return [row]


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--gigabytes', type=float, default=2.0)
    run(parser.parse_args().gigabytes)
