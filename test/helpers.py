"""What several tests need: cards, networks, messages and bags made by independent means."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from dcat_ros.datasets.registry import DATASETS
from dcat_ros.sensors.registry import sensor_of

IMU = 'sensor_msgs/msg/Imu'
STRING = 'std_msgs/msg/String'
STORE = get_typestore(Stores.ROS2_JAZZY)
CHANNELS = ('ax', 'ay', 'az', 'wx', 'wy', 'wz')
UNITS = ('m/s^2',) * 3 + ('rad/s',) * 3
REPO = Path(__file__).resolve().parents[1]


def card_fields(**changes):
    """The fields of a valid card; dictionaries among the changes update theirs."""
    fields = {
        'name': 'small',
        'description': 'A small model for tests.',
        'modality': 'imu',
        'labels': ('walk', 'jog', 'rest'),
        'input': {
            'channels': CHANNELS,
            'units': UNITS,
            'frame': 'right wrist',
            'rate_hz': 50.0,
            'window_s': 1.0,
            'stride_s': 0.5,
            'lag_s': 0.5,
        },
        'network': {'width': 8, 'd_attention': 4, 'ppv': False},
        'calibration': {},
        'training': {
            'dataset': 'Somewhere else',
            'source': 'a test',
            'licence': 'none',
            'subjects': ('1', '2'),
            'n_trials': 7,
            'config': {'seed': 5},
            'command': 'dcat train --config small.yaml',
            'package_version': '0.0.1',
            'torch_version': '2.0',
            'created': '2026-01-02',
        },
    }
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(fields.get(key), dict)
        fields[key] = {**fields[key], **value} if both else value
    return fields


def make_card(**changes):
    """A valid card."""
    from dcat_ros.card.card import Card

    return Card.model_validate(card_fields(**changes))


def make_net(card, seed=0):
    """An untrained network for a card."""
    import torch

    from dcat_ros.model.network import ActivityNet

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    return ActivityNet(card.network, sensor_of(card), len(card.labels)).eval()


class LevelModel:
    """A classifier whose answers are known: the class is the mean of ax, rounded.

    The class gets the probability `confidence`, the others share what is left.
    """

    def __init__(self, card, confidence=0.8):
        self.card = card
        self.confidence = confidence

    def log_probabilities(self, windows):
        n = len(self.card.labels)
        best = np.round(windows[:, :, 0].mean(axis=1)).astype(int)
        p = np.full((len(windows), n), (1 - self.confidence) / (n - 1))
        p[np.arange(len(windows)), best] = self.confidence
        return np.log(p).astype(np.float32)

    def segment_log_probabilities(self, recording):
        return self.log_probabilities(recording[None])[0]


def resting(n):
    """Samples (n, 6) of an inertial sensor at rest: gravity, and noise as every real one has."""
    values = np.random.default_rng(0).normal(0, 0.01, (n, 6))
    values[:, 2] += 9.81
    return values


def imu_message(
    stamp_ns=0,
    values=(0.0, 0.0, 9.8, 0.0, 0.0, 0.0),
    frame_id='imu_link',
    little=True,
    covariances=(0.0, 0.0),
):
    """A serialised Imu by rosbags; `covariances`: first element of acceleration's and rate's."""
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    types = STORE.types
    vector = types['geometry_msgs/msg/Vector3']
    a_covariance, w_covariance = np.full(9, 0.25), np.full(9, 0.5)
    a_covariance[0], w_covariance[0] = covariances
    ax, ay, az, wx, wy, wz = (float(v) for v in values)
    message = types[IMU](
        header=types['std_msgs/msg/Header'](
            stamp=types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec),
            frame_id=frame_id,
        ),
        orientation=types['geometry_msgs/msg/Quaternion'](x=0.1, y=0.2, z=0.3, w=0.9),
        orientation_covariance=np.full(9, 7.0),
        angular_velocity=vector(x=wx, y=wy, z=wz),
        angular_velocity_covariance=w_covariance,
        linear_acceleration=vector(x=ax, y=ay, z=az),
        linear_acceleration_covariance=a_covariance,
    )
    return bytes(STORE.serialize_cdr(message, IMU, little_endian=little))


def string_message(text):
    """A serialised String by rosbags."""
    return bytes(STORE.serialize_cdr(STORE.types[STRING](data=text), STRING))


def write_raw_bag(path, messages, storage='mcap', compress=False):
    """Write (topic, type, log time, bytes) with rosbags."""
    plugin = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}[storage]
    writer = Writer(path, version=9, storage_plugin=plugin)
    if compress:
        writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
    connections = {}
    with writer:
        for topic, kind, time_ns, data in messages:
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            writer.write(connections[topic], time_ns, data)


def some_of_utd_mhad(data_dir, folder, *patterns):
    """A folder of data sets with a few of the trials: those of all pictures take minutes.

    Args:
        data_dir: the folder that holds all of them.
        folder: where it is made.
        patterns: of names, such as 'a1_s6_t*'.
    """
    for kind in ('Inertial', 'Skeleton', 'Depth'):
        made = folder / 'utd_mhad' / kind
        made.mkdir(parents=True)
        for pattern in patterns:
            for path in (data_dir / 'utd_mhad' / kind).glob(f'{pattern}_*.mat'):
                (made / path.name).symlink_to(path)
    return folder


def run_python(*args, timeout=300, **environment):
    """A fresh interpreter, with one thread."""
    env = {**os.environ, 'OMP_NUM_THREADS': '1', **environment}
    return subprocess.run(
        [sys.executable, *args], capture_output=True, text=True, timeout=timeout, env=env
    )


def made_dataset(subjects=('1', '2', '3'), n=40, repetitions=1, labels=('walk', 'jog'), noise=0.0):
    """Trials: ax marks the subject (10, 20, …), wx the class (1, 2, …); constant but for noise."""
    from dcat_ros.datasets import Dataset, DatasetInfo, Signal, Trial

    trials = []
    for s, subject in enumerate(subjects):
        for c, label in enumerate(labels):
            for r in range(repetitions):
                values = np.random.default_rng(0).normal(0, noise, (n, 6))
                values[:, 0] += 10.0 * (s + 1)
                values[:, 3] += c + 1
                name = f'{subject}_{label}_{r}'
                signal = Signal.at_rate(values, 50.0)
                trials.append(Trial(name, label, subject, name, {'imu': signal}))
    info = DatasetInfo('made', 'Made', 'a test', 'none', labels, 50.0, 'made')
    return Dataset(info, tuple(trials))


def train_fields(**changes):
    """The fields of a tiny training configuration without augmentation."""
    calm = {'rotation_rad': 0, 'warp': 0, 'scale': 0, 'noise': 0}
    fields = {
        'name': 'tiny',
        'description': 'Tiny.',
        'dataset': 'watch',
        'frame': 'wrist',
        'window_s': 1.0,
        'stride_s': 0.5,
        'lag_s': 0.4,
        'joins': 1,
        'network': {'width': 8, 'd_attention': 4, 'ppv': False},
        'augment': calm,
        'ppv_augment': calm,
        'optimiser': {'steps': 20, 'batch_size': 8},
    }
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(fields.get(key), dict)
        fields[key] = {**fields[key], **value} if both else value
    return fields


def train_config(**changes):
    """A tiny training configuration."""
    from dcat_ros.training.config import TrainConfig

    return TrainConfig.model_validate(train_fields(**changes))


def made_sounds(n_sources=6, clips=2, seconds=1.5, labels=('hum', 'hiss', 'click')):
    """Clips of 16 kHz that are easily told apart; each source has one label."""
    from dcat_ros.datasets import Dataset, DatasetInfo, Signal, Trial

    rng = np.random.default_rng(0)
    trials = []
    for s in range(n_sources):
        label = labels[s % len(labels)]
        for c in range(clips):
            n = round(seconds * 16000)
            time = np.arange(n) / 16000
            sound = {
                'hum': 0.3 * np.sin(2 * np.pi * (100 + 20 * s) * time),
                'hiss': 0.1 * rng.normal(size=n),
                'click': 0.5 * (np.arange(n) % (3000 + 200 * s) < 40),
            }[label]
            values = (sound + 1e-3 * rng.normal(size=n))[:, None].astype(np.float32)
            signal = Signal.at_rate(values, 16000.0)
            signal = Signal(signal.stamps_ns, values)
            trials.append(Trial(f's{s}c{c}', label, f's{s}', f's{s}', {'audio': signal}))
    info = DatasetInfo('sounds', 'Sounds', 'a test', 'none', labels, 16000.0, 'made')
    return Dataset(info, tuple(trials))


def sound_fields(**changes):
    """The fields of a tiny training configuration for sound."""
    fields = {
        'name': 'tiny_sound',
        'description': 'Tiny.',
        'dataset': 'kitchen20',
        'modality': 'audio',
        'frame': 'a room',
        'window_s': 1.0,
        'stride_s': 0.5,
        'lag_s': 0.5,
        'folds': 2,
        'held_out': 'source',
        'joins': 1,
        'lengths_s': [1.0, 2.0],
        'evenly': 'sources',
        'rest': 'unknown',
        'network': {'width': 16, 'd_attention': 8, 'ppv_hidden': 8, 'segment': True},
        'augment': {'rotation_rad': 0, 'warp': 0.15, 'scale': 0, 'noise': 0, 'mix': 0.5},
        'optimiser': {'steps': 10, 'batch_size': 6},
    }
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(fields.get(key), dict)
        fields[key] = {**fields[key], **value} if both else value
    return fields


def sound_card(**changes):
    """A valid card of a network of sound."""
    fields = {
        'modality': 'audio',
        'input': {
            'channels': tuple(f'mel{i}' for i in range(64)),
            'units': ('dB',) * 64,
            'frame': 'a room',
            'rate_hz': 100.0,
        },
        'network': {'width': 16, 'd_attention': 8, 'ppv': True, 'ppv_hidden': 8, 'segment': True},
    }
    return make_card(**{**fields, **changes})


def register(monkeypatch, name, load, modalities=('imu',)):
    """Make a data set known by its name, for one test."""
    module = ModuleType(f'registered_{name}')
    module.load, module.MODALITIES = load, modalities
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(DATASETS, name, module.__name__)


def dcat_here(monkeypatch, *args):
    """Run `dcat …` in this process; gives the exit code."""
    from dcat_ros.cli.main import main

    monkeypatch.setattr(sys, 'argv', ['dcat', *map(str, args)])
    try:
        main()
    except SystemExit as end:
        return end.code
    raise AssertionError('the command line ends with an exit code')
