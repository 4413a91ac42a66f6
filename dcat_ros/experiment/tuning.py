"""Which factor on its losses' weights each method gets: chosen on the tuning subjects alone."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from dcat_ros.experiment.cells import CellResult, load_cell
from dcat_ros.experiment.config import ExperimentConfig

__all__ = ['TUNING', 'chosen_attempts', 'tuning_scores']

#: Folder of the tries below that of the results.
TUNING = 'tuning'


def tuning_scores(config: ExperimentConfig, folder: Path) -> dict[str, list[float]]:
    """Mean macro-F1 on the tuning subjects, by method and try.

    Raises:
        ResultsError: a file is missing or damaged.
    """
    scores: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for cell in config.tuning_cells():
        result = load_cell(folder / TUNING / cell.file)
        scores[cell.method][cell.attempt].append(macro_f1(result))
    return {
        method: [float(np.mean(tries[i])) for i in range(len(config.factors))]
        for method, tries in scores.items()
    }


def chosen_attempts(config: ExperimentConfig, folder: Path) -> Mapping[str, int]:
    """Index of the best factor of each method; the only one where there is one.

    Raises:
        ResultsError: a file is missing or damaged.
    """
    if len(config.factors) < 2:
        return {cell.method: 0 for cell in config.cells()}
    return {
        method: int(np.argmax(tries)) for method, tries in tuning_scores(config, folder).items()
    }


def macro_f1(result: CellResult) -> float:
    """Mean over the runs of a cell."""
    scores = [f1_score(r.truth, r.predicted, average='macro', zero_division=0) for r in result.runs]
    return float(np.mean(scores))
