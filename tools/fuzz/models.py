"""Small untrained models, whose windows cost little, and those that are shipped."""

from functools import cache

import torch

from dcat_ros.card.card import Card
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.runtime import load_model
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors.registry import find_sensor, sensor_of

__all__ = ['SHIPPED', 'card_fields', 'model_of']

#: sensor -> a shipped model of it
SHIPPED = {'imu': 'imu_watch', 'depth': 'image_depth_utd_mhad', 'audio': 'audio_kitchen20'}
_RATES = {'imu': 50.0, 'depth': 8.0, 'camera': 8.0, 'audio': 100.0}


def card_fields(sensor: str) -> dict[str, object]:
    """The fields of a valid card of a small model."""
    modality = find_sensor(sensor)
    spec = {'channels': modality.channels, 'units': modality.units, 'frame': 'anywhere'}
    times = {'rate_hz': _RATES[sensor], 'window_s': 1.0, 'stride_s': 0.5, 'lag_s': 0.5}
    return {
        'name': 'small',
        'description': 'A small model.',
        'modality': sensor,
        'labels': ('walk', 'jog', 'rest'),
        'input': {**spec, **times, 'size': modality.size},
        'network': {'width': 8, 'd_attention': 4, 'ppv': False},
        'calibration': {},
        'training': {
            'dataset': 'none',
            'source': 'a fuzzer',
            'licence': 'none',
            'subjects': ('1',),
            'n_trials': 1,
            'config': {'seed': 5},
            'command': 'make fuzz',
            'package_version': '0',
            'torch_version': '2',
            'created': '2026-01-02',
        },
    }


@cache
def model_of(sensor: str, shipped: bool = False) -> TorchModel:
    """A model for a sensor; the small ones have random weights, the same every time."""
    if shipped:
        return load_model(SHIPPED[sensor])
    card = Card.model_validate(card_fields(sensor))
    torch.manual_seed(0)
    return TorchModel(ActivityNet(card.network, sensor_of(card), len(card.labels)), card)
