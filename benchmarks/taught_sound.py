"""Whether the ear teaches the embedded model of sound: `audio_kitchen20` by `audio_kitchen20_ear`.

    python -m benchmarks.taught_sound --work runs/taught_sound --out results/taught_sound.json

Each of five seeds holds out another fifth of the sources. On the rest the ear is trained, then the
embedded model by labels alone (`none`, the twin) and with the ear beside it, which hears the very
windows that the other learns from: parts of clips of 1 to 5 s, with what is beside them, two at
once. All of a seed draw the same windows from the same weights. Steps and batch are less than the
shipped model's, see `--steps`. What counts are held-out clips, as they are and their middle, and
the windows of the held-out stream. What is done stays in the results, and the rest is gone on with.
Needs 'dcat models get tagger'.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Signal, Trial
from dcat_ros.files import write_whole
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.training.config import TrainConfig, TransferConfig, read_config
from dcat_ros.training.folds import Fold, folds_of
from dcat_ros.training.holdout import make_stream, measure
from dcat_ros.training.listener import Listener
from dcat_ros.training.loop import fit
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly, seed_torch
from dcat_ros.training.streams import StreamPool, make_pool
from dcat_ros.training.together import together

FOLDER = Path(__file__).resolve().parents[1] / 'config' / 'train'
METHODS = ('none', 'kd', 'dcat_centred', 'feature')
SEEDS = range(5)
#: Rows of the middle of a clip that is asked for besides the whole one.
MIDDLES = {'middle 1 s': 100, 'middle 3 s': 300}
PARTS = ('whole', *MIDDLES)
_SCALE_WINDOWS, _SOME_WINDOWS = 500, 256


def middle(rows: NDArray[np.float32], n: int | None) -> NDArray[np.float32]:
    first = 0 if n is None else max(0, (len(rows) - n) // 2)
    return rows[first : None if n is None else first + n]


def cut(dataset: Dataset, begin: int, end: int) -> Dataset:
    """The same trials with these channels of their rows alone."""
    trials = []
    for trial in dataset.trials:
        rows = trial.signals['audio']
        own = Signal(rows.stamps_ns, np.ascontiguousarray(rows.values[:, begin:end]))
        trials.append(Trial(trial.name, trial.label, trial.subject, trial.source, {'audio': own}))
    return Dataset(dataset.info, tuple(trials))


class Seed:
    """One fold held out, what is drawn from the others, and the ear that learned from them."""

    def __init__(
        self,
        seed: int,
        fold: Fold,
        both: Dataset,
        config: TrainConfig,
        ear: TrainConfig,
        work: Path,
    ):
        self.seed, self.config = seed, config
        self.card = make_card(config, both, command='', git_commit='')
        self.sensor = sensor_of(self.card)
        ear_card = make_card(ear, both, command='', git_commit='')
        ear_sensor = sensor_of(ear_card)
        assert ear_sensor.encoder is not None
        n = self.sensor.n_values
        self.held_out = cut(both.where(fold.has), 0, n)
        part = fold.parts[0]
        self.stream = make_stream(part.name, self.held_out, config.seed, part.number, self.sensor)
        known = both.where(lambda trial: not fold.has(trial))
        net = fit_network(
            ear,
            cut(known, n, n + 128),
            ear_card,
            (ear.seed, seed),
            work / f'none_{seed}.safetensors',
            [],
        ).net
        self.ear = net, ear_card.labels, ear_sensor, ear_sensor.encoder.load()
        self.pool: StreamPool = make_pool(
            known, config, together(self.sensor, ear_sensor), np.random.default_rng(seed), n_own=n
        )

    def trained(self, method: str) -> ActivityNet:
        seed_torch((self.seed, 0))
        net = ActivityNet(self.config.network, self.sensor, len(self.card.labels))
        rng = np.random.default_rng((self.seed, 1))
        mild = self.config.model_copy(update={'augment': self.config.ppv_augment})
        windows = self.pool.draw(mild, rng, _SCALE_WINDOWS).windows
        net.ppv.fit(torch.from_numpy(windows), torch.Generator().manual_seed(self.seed))
        transfer = None
        if method != 'none':
            listener = Listener(TransferConfig(source='ear', method=method), *self.ear)
            some = self.pool.draw(self.config, rng, _SOME_WINDOWS).beside
            transfer = listener.transfer(net, self.card.labels, some)
        size = self.config.optimiser.batch_size

        def draw(rng: np.random.Generator):
            return self.pool.draw(self.config, rng, size, float(rng.choice(self.config.lengths_s)))

        return fit(net, draw, self.config.optimiser, (self.seed, 2), transfer=transfer)[0]

    def score(self, net: ActivityNet) -> dict[str, object]:
        measured = measure(net, self.card, self.stream)
        found: dict[str, object] = {
            'stream_macro_f1': round(measured.macro_f1(self.card.labels), 4),
            'clips': [t.name for t in self.held_out.trials],
            'sources': [t.source for t in self.held_out.trials],
            'truth': [self.card.labels.index(t.label) for t in self.held_out.trials],
        }
        for name, n in {'whole': None, **MIDDLES}.items():
            rows = [middle(t.signals['audio'].values, n) for t in self.held_out.trials]
            with torch.inference_mode():
                found[name] = [
                    int(net(torch.from_numpy(one[None].astype(np.float32))).argmax())
                    for one in rows
                ]
        return found


def table(runs: list[dict[str, Any]]) -> list[str]:
    """Each method beside its twins: figures, and gains in points.

    Intervals are a bootstrap over sources, each of which is held out once; of streams there are the
    gains by seed alone.
    """
    of = {(run['seed'], run['method']): run for run in runs}
    lines = [f'| method | seeds | {" | ".join(PARTS)} | stream, macro-F1 |', '|---' * 6 + '|']
    for method in METHODS:
        seeds = [seed for seed in SEEDS if {(seed, method), (seed, 'none')} <= of.keys()]
        if not seeds:
            continue
        cells = [gained(of, method, seeds, part) for part in PARTS]
        streams = np.array([[of[s, m]['stream_macro_f1'] for m in (method, 'none')] for s in seeds])
        gains = ', '.join(f'{100 * (own - twin):+.1f}' for own, twin in streams)
        cells.append(f'{streams[:, 0].mean():.3f}' + (f'; {gains}' if method != 'none' else ''))
        lines.append(f'| {method} | {len(seeds)} | {" | ".join(cells)} |')
    return lines


def gained(
    of: dict[tuple[int, str], dict[str, Any]], method: str, seeds: list[int], part: str
) -> str:
    right, twin = (
        np.concatenate([np.equal(of[s, m][part], of[s, m]['truth']) for s in seeds]).astype(float)
        for m in (method, 'none')
    )
    sources = np.concatenate([of[s, method]['sources'] for s in seeds])
    _, which = np.unique(sources, return_inverse=True)
    n, more = np.bincount(which), np.bincount(which, right - twin)
    drawn = np.random.default_rng(0).integers(len(n), size=(2000, len(n)))
    low, high = 100 * np.quantile(more[drawn].sum(axis=1) / n[drawn].sum(axis=1), [0.025, 0.975])
    found = f'{right.mean():.3f}'
    if method == 'none':
        return found
    return f'{found}; {100 * (right - twin).mean():+.1f} ({low:+.1f} – {high:+.1f})'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path)
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--steps', type=int, default=400)
    parser.add_argument('--batch-size', type=int, default=16)
    parser.add_argument('--methods', nargs='+', default=METHODS)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    compute_reproducibly()
    raw = load('kitchen20', arguments.data)
    config, ear = (read_config(FOLDER / f'audio_kitchen20{end}.yaml') for end in ('', '_ear'))
    optimiser = config.optimiser.model_copy(
        update={
            'steps': arguments.steps,
            'batch_size': arguments.batch_size,
            'precision': 'float32',
        }
    )
    config = config.model_copy(update={'optimiser': optimiser})
    sensors = [sensor_of(make_card(c, raw, command='', git_commit='')) for c in (config, ear)]
    both = as_sensor(raw, together(*sensors), 100.0)
    folds = folds_of(raw, config.held_out, config.folds, config.seed)
    done = json.loads(arguments.out.read_text())['runs'] if arguments.out.exists() else []
    there = {(run['seed'], run['method']) for run in done}
    for seed in SEEDS:
        missing = [m for m in arguments.methods if (seed, m) not in there]
        if not missing:
            continue
        one = Seed(seed, folds[seed], both, config, ear, arguments.work)
        for method in missing:
            begin = time.process_time()
            done.append({'seed': seed, 'method': method} | one.score(one.trained(method)))
            done[-1]['seconds'] = round(time.process_time() - begin, 1)
            print(seed, method, done[-1]['stream_macro_f1'], done[-1]['seconds'], flush=True)
            record = {'steps': arguments.steps, 'batch_size': arguments.batch_size, 'runs': done}
            write_whole(arguments.out, json.dumps(record, separators=(',', ':')).encode())
    print('\n'.join(table(done)))


if __name__ == '__main__':
    main()
