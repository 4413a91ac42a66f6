"""Small networks, and what they give, for the tests of transfer."""

import numpy as np
import torch

from dcat_ros.card.card import NetworkSpec
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.registry import sensors
from dcat_ros.training.source import source_outputs


def small_net(modality='imu', n_classes=3, seed=0, **spec):
    """An untrained network, in training mode, without dropout unless it is asked for."""
    sizes = {'width': 8, 'd_attention': 4, 'ppv': False, 'dropout': 0.0} | spec
    torch.manual_seed(seed)
    return ActivityNet(NetworkSpec(**sizes), sensors()[modality], n_classes)


def recordings(n=12, length=24, modality='imu', seed=0):
    """Random recordings (n, T, C) in the modality's units."""
    rng = np.random.default_rng(seed)
    sensor = sensors()[modality]
    scale = np.repeat(sensor.scale, (sensor.size or 1) ** 2)
    return (rng.normal(size=(n, length, sensor.n_values)) * scale).astype(np.float32)


def made_pool(n=12, seed=3, n_classes=3, modality='gyroscope'):
    """What an untrained source gives for n recordings."""
    return source_outputs(small_net(modality, n_classes, seed), recordings(n, 32, modality, seed))


def same_weights(one, two):
    """Whether two networks are equal bit by bit, running statistics included."""
    a, b = one.state_dict(), two.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
