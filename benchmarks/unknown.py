"""How well `unknown` tells activities that the model never learned from those it did.

    python -m benchmarks.unknown --out results/unknown.json [--data DIR]

Five disjoint sets of five UTD-MHAD classes are left out of training in turn; the stream recipe of
`imu_utd_mhad` is trained on subjects 1 to 4 without them, and subjects 5 and 6 do everything. The
figure is the AUROC of a score between windows (and trials) of known and of left-out classes. Every
set is reported: the worst one is what a user may meet.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from dcat_ros.datasets import Dataset, load
from dcat_ros.evaluation.evaluate_dataset import classify_trial
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.segment import REST
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.training.config import TrainConfig, read_config
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card

TRAIN, TEST = ('1', '2', '3', '4'), ('5', '6')
CONFIG = Path(__file__).resolve().parents[1] / 'config' / 'train' / 'imu_utd_mhad.yaml'


def without_classes(dataset: Dataset, left_out: list[str]) -> Dataset:
    labels = tuple(label for label in dataset.info.labels if label not in left_out)
    trials = tuple(trial for trial in dataset.trials if trial.label in labels)
    return Dataset(replace(dataset.info, labels=labels), trials)


def scores_of(p: NDArray[np.float64]) -> dict[str, float]:
    """Of one window's probabilities (classes,): greater means known."""
    entropy = float(-(p * np.log(np.maximum(p, 1e-12))).sum())
    return {'greatest probability': float(p.max()), 'negative entropy': -entropy}


def run(dataset: Dataset, config: TrainConfig, left_out: list[str]) -> dict[str, object]:
    train = without_classes(dataset.of_subjects(TRAIN), left_out)
    card = make_card(config, train, command='', git_commit='')
    with TemporaryDirectory() as folder:
        fitted = fit_network(config, train, card, (config.seed, 0), Path(folder) / 'c', [])
    recogniser = Recogniser(TorchModel(fitted.net, card))
    rest = card.labels.index(REST)
    windows: dict[str, list[float]] = {}
    trials: dict[str, list[float]] = {}
    known_windows: list[bool] = []
    known_trials: list[bool] = []
    for trial in dataset.of_subjects(TEST).trials:
        found = classify_trial(recogniser, trial)
        per_window = [scores_of(np.array(f.probabilities)) for f in found]
        active = [s for s, f in zip(per_window, found, strict=True) if f.probabilities[rest] < 0.5]
        known = trial.label not in left_out
        for score in active:
            known_windows.append(known)
            for name, value in score.items():
                windows.setdefault(name, []).append(value)
        if active:
            known_trials.append(known)
            for name in active[0]:
                trials.setdefault(name, []).append(float(np.mean([s[name] for s in active])))
    return {
        'left_out': left_out,
        'windows': {k: float(roc_auc_score(known_windows, v)) for k, v in windows.items()},
        'trials': {k: float(roc_auc_score(known_trials, v)) for k, v in trials.items()},
        'n_windows': len(known_windows),
        'n_trials': len(known_trials),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path)
    parser.add_argument('--out', type=Path, required=True)
    arguments = parser.parse_args()
    dataset, config = load('utd_mhad', arguments.data), read_config(CONFIG)
    order = np.random.default_rng(0).permutation(len(dataset.info.labels))
    results = []
    for i in range(5):
        left_out = [dataset.info.labels[j] for j in sorted(order[5 * i : 5 * i + 5])]
        results.append(run(dataset, config, left_out))
        print(json.dumps(results[-1]), flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(results, indent=2))


if __name__ == '__main__':
    main()
