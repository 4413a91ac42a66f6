"""Weights files with random weights, for tests that need a model and not what it has learnt."""

from pathlib import Path

import torch

from dcat_ros.card.card import Card, InputSpec, NetworkSpec, TrainingRecord
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.weights import save_weights
from dcat_ros.sensors.registry import find_sensor, sensor_of

#: Rate, window and stride of the untrained models.
_TIMES = {
    'imu': (50.0, 1.0, 0.1),
    'depth': (8.0, 1.0, 0.25),
    'camera': (8.0, 1.0, 0.25),
    'audio': (100.0, 1.0, 0.5),
}


def save_untrained(
    path: Path,
    modality_labels: tuple[str, ...] = ('walk', 'wave', 'rest'),
    modality: str = 'imu',
):
    """Write a valid weights file with random weights."""
    torch.manual_seed(0)
    spec = NetworkSpec(ppv=False)
    sensor = find_sensor(modality)
    rate_hz, window_s, stride_s = _TIMES[modality]
    card = Card(
        name='quick',
        description='untrained, for tests',
        modality=modality,
        labels=modality_labels,
        input=InputSpec(
            channels=sensor.channels,
            units=sensor.units,
            frame='any',
            rate_hz=rate_hz,
            window_s=window_s,
            stride_s=stride_s,
            lag_s=0.3,
            size=sensor.size,
        ),
        network=spec,
        training=TrainingRecord(
            dataset='none',
            source='none',
            licence='none',
            subjects=('1',),
            n_trials=1,
            config={},
            command='none',
            package_version='0',
            torch_version='0',
            created='2026-01-01',
        ),
    )
    save_weights(path, ActivityNet(spec, sensor_of(card), len(modality_labels)), card)
