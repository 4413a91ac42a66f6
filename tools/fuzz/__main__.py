"""python -m tools.fuzz: a million hostile messages and files, or ten minutes.

Exit code 1 if there is a finding: an error that is none of ours, memory, a hang, a crash.
"""

import argparse
import os
import sys
from pathlib import Path

from tools.fuzz.case import Batch
from tools.fuzz.kinds import KINDS
from tools.fuzz.run import Limits, run
from tools.fuzz.table import table
from tools.fuzz.worker import try_batch


def main() -> int:
    """Run as asked for; gives the exit code."""
    parser = argparse.ArgumentParser(prog='python -m tools.fuzz', description=__doc__)
    parser.add_argument('--seconds', type=float, default=600, help='of wall time, at most')
    parser.add_argument('--cases', type=int, default=1_000_000, help='of all kinds, at most')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--workers', type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument('--out', type=Path, default=Path('runs/fuzz'), help='folder of findings')
    parser.add_argument('--only', nargs='*', default=[], choices=list(KINDS), metavar='KIND')
    parser.add_argument(
        '--again', nargs=4, metavar=('KIND', 'SEED', 'NUMBER', 'CASES'), help='one batch, here'
    )
    given = parser.parse_args()
    if given.again:
        kind, seed, number, n = given.again
        outcome = try_batch(Batch(kind, int(seed), int(number), int(n)), given.out)
        for i, problem in outcome.findings:
            print(f'case {i}: {problem}')
        print(table({kind: outcome}))
        return 1 if outcome.findings else 0
    limits = Limits(given.seconds, given.cases)
    outcomes = run(given.seed, limits, given.workers, given.out, _progress, given.only)
    print(file=sys.stderr)
    print(table(outcomes))
    findings = [(kind, *found) for kind, one in outcomes.items() for found in one.findings]
    for kind, i, problem in findings[:20]:
        print(f'\n{kind}, case {i}: {problem.strip()[-1500:]}')
    if findings:
        print(f'\n{len(findings)} findings; those of cases lie in {given.out}')
    return 1 if findings else 0


def _progress(n: int, seconds: float, findings: int) -> None:
    line = f'\r{n:,} cases in {seconds:.0f} s, {findings} findings'
    print(line, end='', file=sys.stderr, flush=True)


if __name__ == '__main__':
    sys.exit(main())
