"""Whether the 527 kinds of the public tagger tell sounds that the ear never learned.

    python -m benchmarks.unknown_sounds --out results/unknown_sounds.json [--data DIR]

Five disjoint sets of four kitchen20 classes are left out of training in turn; the recipe of
`audio_kitchen20_ear` learns the other sixteen from two thirds of the sources, and clips of all
classes from the last third are told apart. The figure is the AUROC of a score between clips of
known and of left-out classes. Needs 'dcat models get tagger'.
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from benchmarks.unknown import without_classes
from dcat_ros.card.card import Card
from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import signal_for
from dcat_ros.datasets.trial import Trial
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.sensors.sound.ear.session import Tagger
from dcat_ros.training.config import TrainConfig, read_config
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card

CONFIG = Path(__file__).resolve().parents[1] / 'config' / 'train' / 'audio_kitchen20_ear.yaml'
SETS, CLASSES = 5, 4
#: Rows of a window and of the way to the next one.
WINDOW, HOP = 300, 100
#: A kind is foreign if it is so unlikely in all but one in a hundred windows of training.
FOREIGN, SHARE = 0.1, 0.99
COMPONENTS = 40

Array = NDArray[np.float64]


def windows_of(card: Card, trial: Trial) -> NDArray[np.float32]:
    """Windows (N, T, 128) of a clip; a short clip is one."""
    rows = signal_for(trial, sensor_of(card), card.input.rate_hz).values.astype(np.float32)
    if len(rows) <= WINDOW:
        return rows[None]
    starts = range(0, len(rows) - WINDOW + 1, HOP)
    return np.stack([rows[i : i + WINDOW] for i in starts])


class Foreign:
    """Scores of clips by the kinds that the tagger hears, from those of the known classes.

    Args:
        kinds: probabilities (N, 527) of windows of training.
        labels: (N,).
    """

    def __init__(self, kinds: Array, labels: list[str]):
        self._foreign = np.quantile(kinds, SHARE, axis=0) < FOREIGN
        self._whitened = PCA(COMPONENTS, whiten=True).fit(_logit(kinds))
        placed, names = self._whitened.transform(_logit(kinds)), np.array(labels)
        self._means = np.stack([placed[names == name].mean(axis=0) for name in sorted(set(labels))])

    def __call__(self, kinds: Array) -> dict[str, float]:
        """Of one clip's kinds (N, 527): greater means known."""
        placed = self._whitened.transform(_logit(kinds))
        far = np.linalg.norm(placed[:, None] - self._means, axis=2).min(axis=1)
        return {
            'foreign kinds': -float(kinds[:, self._foreign].max(axis=1).mean()),
            'distance from the known classes': -float(far.mean()),
        }


def _logit(p: Array) -> Array:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)))


def run(
    dataset: Dataset,
    config: TrainConfig,
    left_out: list[str],
    tested: set[str],
    kinds: dict[str, Array],
) -> dict[str, object]:
    known = without_classes(dataset, left_out)
    train = Dataset(known.info, tuple(t for t in known.trials if t.source not in tested))
    card = make_card(config, train, command='', git_commit='')
    with TemporaryDirectory() as folder:
        fitted = fit_network(config, train, card, (config.seed, 0), Path(folder) / 'c', [])
    model = TorchModel(fitted.net, card)
    labels = [trial.label for trial in train.trials for _ in kinds[trial.name]]
    foreign = Foreign(np.concatenate([kinds[t.name] for t in train.trials]), labels)
    columns = [i for i, label in enumerate(card.labels) if label in train.info.labels]
    scores: dict[str, list[float]] = {}
    is_known = []
    for trial in dataset.trials:
        if trial.source not in tested:
            continue
        p = np.exp(model.log_probabilities(windows_of(card, trial))).mean(axis=0)
        found = {'greatest probability': float(p[columns].max())} | foreign(kinds[trial.name])
        for name, value in found.items():
            scores.setdefault(name, []).append(value)
        is_known.append(trial.label not in left_out)
    first = rankdata(scores['greatest probability'])
    for name in list(scores)[1:]:
        scores[f'greatest probability and {name}, by ranks'] = list(first + rankdata(scores[name]))
    return {
        'left_out': left_out,
        'clips': {name: round(float(roc_auc_score(is_known, v)), 4) for name, v in scores.items()},
        'n_known': sum(is_known),
        'n_left_out': len(is_known) - sum(is_known),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path)
    parser.add_argument('--out', type=Path, required=True)
    arguments = parser.parse_args()
    dataset, config = load('kitchen20', arguments.data), read_config(CONFIG)
    tagger, card = Tagger.ready(), make_card(config, dataset, command='', git_commit='')
    kinds = {
        trial.name: 1 / (1 + np.exp(-tagger.kinds(windows_of(card, trial)).astype(np.float64)))
        for trial in dataset.trials
    }
    rng = np.random.default_rng(0)
    sources = sorted({trial.source for trial in dataset.trials})
    order = rng.permutation(len(sources))
    tested = {sources[i] for i in order[: len(sources) // 3]}
    classes = rng.permutation(len(dataset.info.labels))
    results = []
    for i in range(SETS):
        chosen = sorted(classes[CLASSES * i : CLASSES * (i + 1)])
        left_out = [dataset.info.labels[j] for j in chosen]
        results.append(run(dataset, config, left_out, tested, kinds))
        print(json.dumps(results[-1]), flush=True)
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(results, indent=1))


if __name__ == '__main__':
    main()
