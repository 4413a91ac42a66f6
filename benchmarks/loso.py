"""Leave-one-subject-out macro-F1 of our network against MiniRocket, same folds, one run.

    python -m benchmarks.loso --out results/loso.json [--data DIR] [--seeds 3]

Everybody gets the same windows: UTD-MHAD trials stretched to 160 samples, `watch` windows of 2.5 s
every 1.25 s. The network is trained on these windows alone, without streams and without `rest`, by
the settings below, which were fixed before this was run. MiniRocket (library: aeon, with
RidgeClassifierCV as its authors use it) sees the six raw channels, and in a second row the eleven
channels that our fixed-kernel branch sees.
"""

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from aeon.transformations.collection.convolution_based import MiniRocket
from numpy.typing import NDArray
from sklearn.linear_model import RidgeClassifierCV
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dcat_ros.card.card import NetworkSpec
from dcat_ros.datasets import Dataset, load
from dcat_ros.evaluation.intervals import cluster_bootstrap
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.inertial import samples as imu
from dcat_ros.sensors.inertial.derived import DerivedChannels
from dcat_ros.sensors.inertial.sensor import INERTIAL
from dcat_ros.training.batch import Batch
from dcat_ros.training.config import OptimiserConfig
from dcat_ros.training.loop import fit
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.ridge import fit_ppv

OPTIMISER = OptimiserConfig(steps=800, batch_size=32)
AUGMENT = AugmentConfig()
CROP = 0.1
PENALTY = 0.1
_KNOTS = 5


@dataclass
class Windows:
    """Labelled windows: (N, T, 6), classes (N,), subject of each (N,)."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    subject: NDArray[np.str_]

    def without(self, subject: str) -> 'Windows':
        keep = self.subject != subject
        return Windows(self.x[keep], self.y[keep], self.subject[keep])

    def of(self, subject: str) -> 'Windows':
        keep = self.subject == subject
        return Windows(self.x[keep], self.y[keep], self.subject[keep])


def utd_windows(dataset: Dataset) -> Windows:
    x, y = whole_recordings(dataset, 160, 'imu')
    return Windows(x, y, np.array([trial.subject for trial in dataset.trials]))


def watch_windows(dataset: Dataset, length: int = 125, hop: int = 62) -> Windows:
    x, y, subject = [], [], []
    for trial in dataset.trials:
        values = trial.signals['imu'].values
        for start in range(0, len(values) - length + 1, hop):
            x.append(values[start : start + length].astype(np.float32))
            y.append(dataset.info.labels.index(trial.label))
            subject.append(trial.subject)
    return Windows(np.stack(x), np.array(y), np.array(subject))


def draw(windows: Windows, rng: np.random.Generator, n: int) -> Batch:
    """Augmented windows: crop, smooth change of speed, rotation, scale, noise."""
    which = rng.integers(len(windows.y), size=n)
    length = windows.x.shape[1]
    begin, end = rng.uniform(0, CROP, (n, 1)), 1 - rng.uniform(0, CROP, (n, 1))
    hats = np.maximum(0, 1 - abs(np.linspace(0, _KNOTS - 1, length) - np.arange(_KNOTS)[:, None]))
    speed = np.exp(AUGMENT.warp * rng.standard_normal((n, _KNOTS)) @ hats)
    progress = np.cumsum(speed, axis=1) - speed[:, :1]
    at = (begin + (end - begin) * progress / progress[:, -1:]) * (length - 1)
    left = np.floor(at).astype(int)
    right = np.minimum(left + 1, length - 1)
    part = (at - left)[..., None].astype(np.float32)
    row = which[:, None]
    x = (1 - part) * windows.x[row, left] + part * windows.x[row, right]
    x = INERTIAL.augment(INERTIAL, x, AUGMENT, rng)
    return Batch(x, windows.y[which], np.full(n, -1))


def ours(train: Windows, test: Windows, n_classes: int, seed: int) -> dict[str, NDArray[np.int64]]:
    """Predictions of the attention branch, of the fixed-kernel branch, and of both."""
    torch.manual_seed(seed)
    plain = ActivityNet(NetworkSpec(ppv=False), INERTIAL, n_classes)
    plain, _ = fit(plain, lambda rng: draw(train, rng, OPTIMISER.batch_size), OPTIMISER, (seed,))
    net = ActivityNet(NetworkSpec(), INERTIAL, n_classes)
    net.load_state_dict(plain.state_dict(), strict=False)
    fit_ppv(net, train.x, train.y, PENALTY, seed)
    net.eval()
    with torch.inference_mode():
        x = torch.from_numpy(test.x).split(256)
        attention = torch.cat([net.logits(batch) for batch in x]).softmax(dim=1)
        kernels = torch.cat([net.ppv_head(net.ppv(batch)) for batch in x]).softmax(dim=1)
    return {
        'ours, attention branch alone': attention.argmax(dim=1).numpy(),
        'ours, fixed-kernel branch alone': kernels.argmax(dim=1).numpy(),
        'ours': (attention + kernels).argmax(dim=1).numpy(),
    }


def minirocket(train: Windows, test: Windows, seed: int, derived: bool) -> NDArray[np.int64]:
    def channels(x: NDArray[np.float32]) -> NDArray[np.float32]:
        if derived:
            with torch.inference_mode():
                return DerivedChannels()(torch.from_numpy(x)).numpy()
        return (x / np.array(imu.SCALE, dtype=np.float32)).transpose(0, 2, 1)

    model = make_pipeline(
        MiniRocket(random_state=seed, n_jobs=1),
        StandardScaler(with_mean=False),
        RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)),
    )
    model.fit(channels(train.x), train.y)
    predicted: NDArray[np.int64] = model.predict(channels(test.x))
    return predicted


def summary(
    windows: Windows, subjects: list[str], found: dict[str, dict[str, list[list[int]]]]
) -> dict[str, dict[str, object]]:
    """Pooled macro-F1 per method, mean over seeds, with intervals over subjects."""

    def score(names: list[str], method: str) -> float:
        seeds = range(len(next(iter(found[method].values()))))
        truth = np.concatenate([windows.of(s).y for s in names])
        per_seed = [
            f1_score(
                truth,
                np.concatenate([found[method][s][seed] for s in names]),
                average='macro',
                zero_division=0,
            )
            for seed in seeds
        ]
        return float(np.mean(per_seed))

    rows: dict[str, dict[str, object]] = {}
    for method in found:
        low, high = cluster_bootstrap(
            subjects, lambda names, m=method: score(list(names), m), n_resamples=500
        )
        rows[method] = {
            'macro_f1': score(subjects, method),
            'low': low,
            'high': high,
            'mean_of_folds': float(np.mean([score([s], method) for s in subjects])),
        }
        if method != 'MiniRocket, six channels':
            low, high = cluster_bootstrap(
                subjects,
                lambda names, m=method: (
                    score(list(names), m) - score(list(names), 'MiniRocket, six channels')
                ),
                n_resamples=500,
            )
            rows[method] |= {'difference_low': low, 'difference_high': high}
    return rows


def run(name: str, dataset: Dataset, windows: Windows, seeds: int) -> dict[str, object]:
    began = time.monotonic()
    subjects = list(dataset.subjects)
    found: dict[str, dict[str, list[list[int]]]] = {}
    for subject in subjects:
        train, test = windows.without(subject), windows.of(subject)
        for seed in range(seeds):
            predicted = ours(train, test, len(dataset.info.labels), seed)
            predicted['MiniRocket, six channels'] = minirocket(train, test, seed, False)
            predicted['MiniRocket, our eleven channels'] = minirocket(train, test, seed, True)
            for method, labels in predicted.items():
                per_subject = found.setdefault(method, {}).setdefault(subject, [])
                per_subject.append([int(label) for label in labels])
        print(f'{name}: subject {subject} done, {time.monotonic() - began:.0f} s', flush=True)
    rows = summary(windows, subjects, found)
    for method, row in rows.items():
        print(f'{name}: {method:32} {row}', flush=True)
    return {
        'folds': f'leave one of {len(subjects)} subjects out',
        'n_windows': len(windows.y),
        'seeds': seeds,
        'seconds': round(time.monotonic() - began),
        'methods': rows,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path)
    parser.add_argument('--seeds', type=int, default=3)
    parser.add_argument('--out', type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    utd, watch = load('utd_mhad', arguments.data), load('watch')
    results = {'utd_mhad': run('utd_mhad', utd, utd_windows(utd), arguments.seeds)}
    results['watch'] = run('watch', watch, watch_windows(watch), 1)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(results, indent=2))


if __name__ == '__main__':
    main()
