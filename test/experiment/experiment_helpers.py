"""A small experiment on made recordings that two sensors saw."""

import numpy as np

from dcat_ros.experiment.config import ExperimentConfig
from dcat_ros.training.paired import Paired

LABELS = ('walk', 'jog', 'wave')
SUBJECTS = ('1', '2', '3', '4', '5', '6')
#: the recordings of the package's own data set, in windows, and trainings of an instant
FIELDS = {
    'window_s': 2.5,
    'tune_subjects': ('9', '10'),
    'optimiser': {'steps': 2, 'batch_size': 4},
}


def made_paired(repetitions=4, noise=0.3, weak=2.0, labels=LABELS, subjects=SUBJECTS):
    """Each class has a rhythm of its own; the accelerometer hears it in much noise."""
    rng = np.random.default_rng(0)
    rows = [(s, c, r) for s in subjects for c in range(len(labels)) for r in range(repetitions)]
    time = np.linspace(0, 1, 48)
    strong, poor = [], []
    for s, c, _ in rows:
        phase = 0.3 * int(s)
        wave = np.sin(2 * np.pi * (2 + 2 * c) * time + phase)[:, None] * np.array([1, 0.5, -1])
        strong.append(3.5 * (wave + rng.normal(scale=noise, size=(48, 3))))
        poor.append(9.8 * (wave + rng.normal(scale=weak, size=(48, 3))))
    names = tuple(f'{s}_{labels[c]}_{r}' for s, c, r in rows)
    order = np.argsort(names)
    views = {
        'gyroscope': np.array(strong, np.float32)[order],
        'accelerometer': np.array(poor, np.float32)[order],
    }
    return Paired(
        names=tuple(names[i] for i in order),
        labels=labels,
        classes=np.array([c for _, c, _ in rows])[order],
        subjects=np.array([s for s, _, _ in rows])[order],
        sources=np.array(names)[order],
        repetitions=np.array([r for _, _, r in rows])[order],
        views=views,
    )


def config_fields(**changes):
    """The fields of an experiment that takes seconds."""
    fields = {
        'name': 'tiny',
        'title': 'Tiny',
        'dataset': 'watch',
        'tune_subjects': ('5', '6'),
        'factors': (1.0,),
        'optimiser': {'steps': 4, 'batch_size': 4},
        'blocks': (
            {
                'directions': ('gyroscope>accelerometer',),
                'regimes': ('id_1', 'ood_1'),
                'methods': ('none', 'kd', 'dcat_centred'),
                'rotations': (0,),
            },
        ),
    }
    return fields | changes


def make_config(**changes):
    return ExperimentConfig.model_validate(config_fields(**changes))


def plain(value):
    """Tuples as lists, for YAML."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return value


def files(folder):
    """Contents of the cells by path."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob('*.json')}
