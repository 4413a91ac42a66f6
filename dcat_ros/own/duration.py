"""How long a training will take, told by a few of its steps."""

import time

import numpy as np
import torch

from dcat_ros.card.card import Card
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.training.config import TrainConfig

__all__ = ['duration_text', 'seconds_a_step']

_STEPS = 4


def seconds_a_step(config: TrainConfig, card: Card) -> float:
    """Time of one step of a network on windows of noise, by this machine as it is now."""
    sensor = sensor_of(card)
    rng = np.random.default_rng(0)
    spec = config.network.model_copy(update={'ppv': False, 'segment': False})
    net = ActivityNet(spec, sensor, len(card.labels))
    n, length = config.optimiser.batch_size, round(config.window_s * card.input.rate_hz)
    rows = length, sensor.n_values
    if sensor.encoder:  # its windows are made once, and are not looked at here
        rows = tuple(sensor.encoder.load()(np.zeros((1, *rows), np.float32)).shape[1:])
    torch.set_num_threads(1)
    times = []
    for _ in range(_STEPS):
        begin = time.perf_counter()
        windows = rng.normal(size=(n, *rows)).astype(np.float32)
        if not sensor.encoder:
            windows = sensor.augment(sensor, windows, config.augment, rng)
        loss = net.logits(torch.from_numpy(windows)).square().mean()
        loss.backward()
        times.append(time.perf_counter() - begin)
    return float(np.median(times))


def duration_text(seconds: float, n_networks: int) -> str:
    """For people, rounded as roughly as it is known."""
    minutes = seconds / 60
    how = f'{minutes:.0f} minutes' if minutes >= 1.5 else 'a minute or two'
    if minutes >= 90:
        how = f'{minutes / 60:.1f} hours'
    return f'about {how} for {n_networks} networks on this machine as it is now'
