"""How well the offset of two sensors' clocks is told by motion: UTD-MHAD, made offsets.

    python -m benchmarks.clock_offset --data DIR --out results/clock_offset.json

Each person's trials are joined to one stream of three sensors (synthetic pauses); one sensor's
clock is set ahead by each of some offsets, and pieces of 30 s are compared as `dcat train
--estimate-offset` compares them: of all of the stream, and of its first two minutes.
"""

import argparse
import json
from itertools import combinations, product
from pathlib import Path

import numpy as np

from benchmarks.unlabelled import PEOPLE, RECIPES, Study, paired_stream
from dcat_ros.datasets.trial import Trial
from dcat_ros.files import write_whole
from dcat_ros.own.offset import estimate_offset, movement_of

OFFSETS_S = (-2.0, -0.5, 0.0, 0.3, 1.0, 3.0)
PIECE_S, RATE_HZ = 30.0, 25.0
LENGTHS_S = {'all': None, 'two minutes': 120.0}


def pieces(motion: np.ndarray, ahead_s: float, seconds: float | None) -> list[np.ndarray]:
    """Pieces of a motion by a clock that is ahead."""
    n, shift, size = len(motion), round(ahead_s * RATE_HZ), round(PIECE_S * RATE_HZ)
    most = n if seconds is None else min(n, round(seconds * RATE_HZ))
    begins = range(round(5 * RATE_HZ), most - size - round(5 * RATE_HZ), size)
    return [motion[begin - shift : begin - shift + size] for begin in begins]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    study = Study(args.data, Path('runs'), Path('runs') / 'none.json', 1, 0)
    rows = []
    for person in PEOPLE:
        own = {name: study.samples[name].of_subjects([person]).trials for name in RECIPES}
        trials = [
            Trial(name, '', person, person, signals)
            for name, signals in zip(
                [trial.name for trial in own['imu']],
                [
                    {n: trial.signals[n] for n, trial in zip(own, three, strict=True)}
                    for three in zip(*own.values(), strict=True)
                ],
                strict=True,
            )
        ]
        sensors = [(study.sensor(n), study.cards[n].input.rate_hz) for n in RECIPES]
        stream = paired_stream(trials, sensors, (0, 9, int(person)))
        motions = {s.name: movement_of(stream, s, rate_hz) for s, rate_hz in sensors}
        for (a, b), offset_s, (length, seconds) in product(
            combinations(RECIPES, 2), OFFSETS_S, LENGTHS_S.items()
        ):
            found = estimate_offset(
                pieces(motions[a], 0.0, seconds), pieces(motions[b], offset_s, seconds)
            )
            assert found is not None
            rows.append(
                {
                    'person': person,
                    'pair': f'{a}, {b}',
                    'offset_s': offset_s,
                    'length': length,
                    'found_s': round(found.seconds, 3),
                    'spread_s': round(found.spread_s, 3),
                    'agreement': round(found.agreement, 3),
                    'certain': found.is_certain,
                }
            )
    write_whole(args.out, json.dumps(rows, indent=1).encode())
    print('| pair | length | certain | median error, s | largest error where certain, s |')
    print('|---|---|---|---|---|')
    for pair, length in dict.fromkeys((row['pair'], row['length']) for row in rows):
        those = [row for row in rows if (row['pair'], row['length']) == (pair, length)]
        errors = np.array([abs(row['found_s'] - row['offset_s']) for row in those])
        sure = np.array([row['certain'] for row in those])
        worst = f'{errors[sure].max():.2f}' if sure.any() else '–'
        median = f'{np.median(errors):.2f}'
        print(f'| {pair} | {length} | {sure.sum()} of {len(those)} | {median} | {worst} |')


if __name__ == '__main__':
    main()
