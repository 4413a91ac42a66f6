"""What was found in each regime: every method against labels alone, from the files of the cells."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from dcat_ros.experiment.cells import CellResult, Run, load_cell
from dcat_ros.experiment.config import ExperimentConfig, SourceKind
from dcat_ros.experiment.statistics import Draws, Interval, difference, mcnemar, score
from dcat_ros.training.transfer import NONE

__all__ = ['Entry', 'Row', 'RowKey', 'load_results', 'make_rows']

#: (direction, regime, source, shuffled)
RowKey = tuple[str, str, SourceKind, bool]
_Place = tuple[int, int]  # (seed, rotation)
_RIVALS = ('kd', 'rkd')


@dataclass(frozen=True)
class Entry:
    """A method in a row.

    Attributes:
        score: macro-F1.
        gain: over labels alone, on the same seeds and rotations.
        p: of McNemar's test against labels alone, median of the runs.
        over_rival: over the better of KD and RKD there; None for these two, or without them.
        p_over_rival: of McNemar's test against that one; None likewise.
        n_runs: number of trainings.
        seconds: mean time of one.
    """

    score: Interval
    gain: Interval
    p: float
    over_rival: Interval | None
    p_over_rival: float | None
    n_runs: int
    seconds: float


@dataclass(frozen=True)
class Row:
    """A regime of a direction.

    Attributes:
        key: which.
        none: macro-F1 of labels alone.
        source: macro-F1 of the source on the same recordings.
        entries: by method.
        by_class: F1 of each class, mean over the runs, by method, `none` included.
        n_trials: number of different trials tested.
    """

    key: RowKey
    none: Interval
    source: float
    entries: dict[str, Entry]
    by_class: dict[str, list[float]]
    n_trials: int


def load_results(config: ExperimentConfig, folder: Path) -> tuple[list[CellResult], int]:
    """The results of the grid that are there, and the number of those that are not.

    Raises:
        ResultsError: a file is damaged.
    """
    cells = config.cells()
    there = [folder / cell.file for cell in cells if (folder / cell.file).exists()]
    results = [load_cell(path) for path in there]
    return results, len(cells) - len(results)


def make_rows(results: Iterable[CellResult]) -> list[Row]:
    """One row per direction, regime and source, in the order in which they come."""
    alone: dict[tuple[str, str], dict[_Place, Run]] = defaultdict(dict)
    taught: dict[RowKey, dict[str, dict[_Place, Run]]] = {}
    seconds: dict[tuple[RowKey, str], list[float]] = defaultdict(list)
    for result in results:
        runs = {(result.seed, run.rotation): run for run in result.runs}
        if result.method == NONE:
            alone[result.direction.split('>')[1], result.regime] |= runs
            continue
        key = (result.direction, result.regime, result.source, result.shuffled)
        methods = taught.setdefault(key, {})
        methods[result.method] = methods.get(result.method, {}) | runs
        seconds[key, result.method].append(result.seconds / len(result.runs))
    rows = []
    for key, methods in taught.items():
        twin = alone.get((key[0].split('>')[1], key[1].removesuffix('_alone')), {})
        row = _row(key, twin, methods, {m: float(np.mean(seconds[key, m])) for m in methods})
        if row is not None:
            rows.append(row)
    return rows


def _row(
    key: RowKey,
    twin: dict[_Place, Run],
    methods: dict[str, dict[_Place, Run]],
    seconds: dict[str, float],
) -> Row | None:
    usable = {m: runs for m, runs in methods.items() if runs.keys() & twin.keys()}
    if not usable:
        return None
    # the twin has been run in more places than a poorer regime; those say nothing here
    places = set().union(*(runs.keys() for runs in usable.values()))
    twin = {place: run for place, run in twin.items() if place in places}
    every = [run for runs in [twin, *usable.values()] for run in runs.values()]
    draws = Draws(every)
    rivals = [m for m in _RIVALS if m in usable]
    entries = {}
    for method, runs in usable.items():
        ours, theirs = _shared(runs, twin)
        over = {rival: difference(*_shared(runs, usable[rival]), draws) for rival in rivals}
        best = None
        if over and method not in rivals:
            best = min(over, key=lambda rival: over[rival].value)
        entries[method] = Entry(
            score=score(ours, draws),
            gain=difference(ours, theirs, draws),
            p=mcnemar(ours, theirs),
            over_rival=over[best] if best else None,
            p_over_rival=mcnemar(*_shared(runs, usable[best])) if best else None,
            n_runs=len(ours),
            seconds=seconds[method],
        )
    some = max(usable.values(), key=len)
    of_source = [run.source_macro_f1 for run in some.values() if run.source_macro_f1 is not None]
    return Row(
        key=key,
        none=score(_shared(some, twin)[1], draws),
        source=float(np.mean(of_source)),
        entries=entries,
        by_class={m: _by_class(list(runs.values())) for m, runs in {NONE: twin, **usable}.items()},
        n_trials=len({trial for run in every for trial in run.trials}),
    )


def _by_class(runs: Sequence[Run]) -> list[float]:
    scores = [f1_score(run.truth, run.predicted, average=None, zero_division=0) for run in runs]
    return [float(value) for value in np.mean(scores, axis=0)]


def _shared(
    runs: dict[_Place, Run], others: dict[_Place, Run]
) -> tuple[Sequence[Run], Sequence[Run]]:
    """The runs of both on the same seeds and rotations, in one order."""
    places = sorted(runs.keys() & others.keys())
    return [runs[place] for place in places], [others[place] for place in places]
