"""A small model of made movements that can be taught, and takes of others."""

from pathlib import Path

import numpy as np

from dcat_ros.bags.write import Piece, write_bag
from dcat_ros.card.card import NetworkSpec
from dcat_ros.datasets.trial import Dataset, DatasetInfo, Signal, Trial
from dcat_ros.segment import Segment

RATE_HZ = 50.0
#: label -> axis and frequency
MOVES = {
    'circle': (0, 0.8),
    'shake': (1, 3.0),
    'nod': (2, 1.5),
    'twist': (3, 2.2),
}
BASE = 'made'
OLD = ('circle', 'shake')


def still(n, rng):
    """Samples (n, 6) of a sensor at rest."""
    values = rng.normal(0, 0.02, (n, 6))
    values[:, 2] += 9.81
    return values


def movement(label, seconds=2.4, seed=0):
    """Samples (n, 6) of a made movement, each time a little other."""
    rng = np.random.default_rng((seed, *map(ord, label)))
    n = round(seconds * RATE_HZ)
    t = np.arange(n) / RATE_HZ
    axis, frequency = MOVES[label]
    values = still(n, rng)
    wave = np.sin(2 * np.pi * frequency * rng.uniform(0.92, 1.08) * t + rng.uniform(0, 1))
    strength = np.sqrt(np.sin(np.pi * t / seconds)) * rng.uniform(0.85, 1.15)
    values[:, axis] += (6.0 if axis < 3 else 4.0) * strength * wave
    values[:, (axis + 3) % 6] += 1.5 * strength * np.cos(2 * np.pi * frequency * t)
    return values


def made_dataset(labels=OLD, people=('1', '2', '3'), each=3):
    """Trials of made movements."""
    trials = tuple(
        Trial(
            f'{label}_{person}_{i}',
            label,
            person,
            f'{label}_{person}_{i}',
            {'imu': Signal.at_rate(movement(label, seed=10 * int(person) + i), RATE_HZ)},
        )
        for label in labels
        for person in people
        for i in range(each)
    )
    info = DatasetInfo('made', 'made', 'a test', 'none', tuple(labels), RATE_HZ, 'made')
    return Dataset(info, trials)


def save_base(folder: Path) -> None:
    """Weights of a model of `OLD`, with its file for onnxruntime and its memory."""
    import torch

    from dcat_ros.model.export import save_onnx
    from dcat_ros.model.network import ActivityNet
    from dcat_ros.model.onnx_model import load_onnx
    from dcat_ros.model.segment import SEGMENT_LENGTH
    from dcat_ros.model.weights import save_weights
    from dcat_ros.sensors.registry import sensor_of
    from dcat_ros.teach.memory import save_memory
    from dcat_ros.teach.remember import remember
    from dcat_ros.training.config import TrainConfig
    from dcat_ros.training.record import make_card
    from dcat_ros.training.recordings import whole_recordings
    from dcat_ros.training.ridge import fit_ppv, fit_segment
    from dcat_ros.training.streams import make_pool

    torch.manual_seed(0)
    spec = NetworkSpec(width=8, d_attention=4, segment=True, ppv_weight=0.95)
    config = TrainConfig(
        name=BASE, description='made movements', dataset='made', frame='any', network=spec
    )
    dataset = made_dataset()
    card = make_card(config, dataset, command='none', git_commit='')
    sensor = sensor_of(card)
    net = ActivityNet(spec, sensor, len(card.labels)).eval()
    pool = make_pool(dataset, config, sensor, np.random.default_rng(0))
    mild = config.model_copy(update={'augment': config.ppv_augment})
    batch = pool.draw(mild, np.random.default_rng(1), 300)
    fit_ppv(net, batch.windows, batch.targets, config.ppv_penalty, 0)
    fit_segment(net, *whole_recordings(dataset, SEGMENT_LENGTH, 'imu'), config.ppv_penalty)
    path = folder / f'{BASE}.safetensors'
    digest = save_weights(path, net, card)
    save_onnx(path.with_suffix('.onnx'), net, card, digest)
    model = load_onnx(path.with_suffix('.onnx'))
    save_memory(path.with_suffix('.memory'), remember(model, config, dataset), digest)


def save_renamed(base: Path, path: Path, labels) -> Path:
    """The same model under the name of another file, and with other names of its labels."""
    from dcat_ros.model.export import save_onnx
    from dcat_ros.model.onnx_model import load_onnx
    from dcat_ros.model.weights import load_weights, save_weights
    from dcat_ros.teach.memory import load_memory, save_memory

    net, card = load_weights(base)
    card = card.model_copy(update={'name': path.stem, 'labels': labels})
    digest = save_weights(path, net, card)
    save_onnx(path.with_suffix('.onnx'), net, card, digest)
    memory = load_memory(base.with_suffix('.memory'), load_onnx(base.with_suffix('.onnx')))
    save_memory(path.with_suffix('.memory'), memory, digest)
    return path


def takes_bag(path: Path, *labels, pause_s=2.0, change=None) -> Path:
    """A bag of movements with pauses between; `change` gets number and samples of each."""
    rng = np.random.default_rng(5)
    n_pause = round(pause_s * RATE_HZ)
    parts, segments = [still(n_pause, rng)], []
    for i, label in enumerate(labels):
        values = movement(label, seed=100 + i)
        if change is not None:
            values = change(i, values)
        begin = sum(map(len, parts))
        stop = begin + len(values)
        period_ns = round(1e9 / RATE_HZ)
        segments.append(Segment(begin * period_ns, stop * period_ns, label))
        parts += [values, still(n_pause, rng)]
    signal = Signal.at_rate(np.concatenate(parts), RATE_HZ)
    write_bag([Piece(signal, tuple(segments))], path)
    return path
