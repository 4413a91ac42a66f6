"""A network learns from what a source says of unlabelled recordings, and from that alone.

    source ──► probabilities, features, memories of each window ──┐ frozen
                                                                  ▼
    the target's window of the same instant ──► network ──► distance from them

Unsupervised modality adaptation (A. Kamboj, A. Nguyen, M. Do, "C3T: Cross-modal transfer through
time for sensor-based human activity recognition", arXiv 2407.16803): labels are known to the
source alone, and both sensors recorded the same moments. There both encoders are trained; here the
source is a finished model and stays as it is.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from dcat_ros.adapt.named import Named, Source
from dcat_ros.adapt.pool import NamedPool
from dcat_ros.card.card import Card
from dcat_ros.errors import ConfigError
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.training.batch import Batch
from dcat_ros.training.checkpoint import History
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.encoded import encoded_batches
from dcat_ros.training.loop import fit
from dcat_ros.training.losses import LOSSES
from dcat_ros.training.networks import Fitted
from dcat_ros.training.reproducible import seed_torch
from dcat_ros.training.ridge import fit_ppv
from dcat_ros.training.source import weights_sha256
from dcat_ros.training.transfer import Transfer, parse_method

__all__ = ['KD', 'learn', 'needs_of']

#: The probabilities of the source are the targets; without it the target has the source's head.
KD = 'kd'
_MILD_WINDOWS, _SCALE_WINDOWS = 6000, 1000


def needs_of(method: str) -> set[str]:
    """What of a source a method compares; see `SourceOutputs`.

    Raises:
        ConfigError: there is no such method.
    """
    return {part for name in parse_method(method) for part in LOSSES[name][0].needs}


def learn(
    config: TrainConfig,
    card: Card,
    pool: NamedPool,
    named: Named,
    source: Source,
    seed: tuple[int, ...],
    checkpoint: Path | None = None,
    key: str = '',
    progress: Callable[[History], None] = lambda history: None,
) -> Fitted:
    """Train a target by its source alone.

    With `kd` in the method, the source's probabilities are soft labels, and the layers in closed
    form learn them, too. Without it, the target's features are to become the source's own, and its
    last layer is the source's, frozen.

    Args:
        config: the recipe, whose `transfer` says how the source teaches.
        card: of the target; its labels are the source's.
        pool: windows of the target.
        named: what the source says of them, row by row as the pool has them.
        source: the model.
        seed: of everything random.
        checkpoint: file that keeps the state; None to keep none.
        key: names the recordings; a checkpoint of others is not used.
        progress: called after each step.

    Returns:
        The network in eval mode, and the history of its training.

    Raises:
        ConfigError: the method cannot teach without labels, or the networks do not fit.
        TrainingError: the loss is no number any more.
        OutputError: the checkpoint cannot be written.
    """
    method = config.transfer.method if config.transfer else KD
    weights = parse_method(method, config.transfer.weights if config.transfer else {})
    if not weights:
        raise ConfigError('Without labels a source must teach: the method cannot be none.')
    by_name = weights.pop(KD, 0.0) > 0
    if not (by_name or weights):
        raise ConfigError('transfer.weights: kd has the weight 0, so that nothing is learned.')
    sensor = sensor_of(card)
    seed_torch(seed)
    rng = np.random.default_rng((*seed, 1))
    mild = config.model_copy(update={'augment': config.ppv_augment})
    stepped = config.network.ppv and config.network.ppv_hidden > 0
    spec = config.network.model_copy(update={'segment': False})
    alone = spec if stepped else spec.model_copy(update={'ppv': False})
    net = ActivityNet(alone, sensor, len(card.labels))
    if stepped:
        windows = pool.draw(mild, rng, _SCALE_WINDOWS).windows
        net.ppv.fit(torch.from_numpy(windows), torch.Generator().manual_seed(config.seed))
    if weights:
        _check_sizes(net, source.net, weights)
    if not by_name:
        net.head.load_state_dict(source.net.head.state_dict())
        net.head.requires_grad_(False)
    transfer = Transfer(weights, named.outputs, net) if weights else None

    def draw(rng: np.random.Generator) -> Batch:
        length_s = float(rng.choice(config.lengths_s)) if config.lengths_s else None
        batch = pool.draw(config, rng, config.optimiser.batch_size, length_s)
        if by_name:
            return batch
        return batch._replace(targets=np.zeros_like(batch.targets))

    batches: Callable[[np.random.Generator], Batch] = draw
    if sensor.encoder:
        batches = encoded_batches(draw, sensor.encoder.load(), (*seed, 2), config.encoder_windows)
    sha256 = weights_sha256(source.net)
    fields = config.model_dump_json(exclude={'name', 'description', 'frame'})
    net, history = fit(
        net,
        batches,
        # what is soft already is not smoothed
        config.optimiser.model_copy(update={'label_smoothing': 0.0}),
        seed,
        transfer=transfer,
        checkpoint=checkpoint,
        key=hashlib.sha256(f'{fields} {seed} {key} {sha256}'.encode()).hexdigest(),
        progress=progress,
    )
    if stepped or not (spec.ppv and by_name):
        return Fitted(net.eval(), history, sha256)
    whole = ActivityNet(spec, sensor, len(card.labels))
    whole.load_state_dict(net.state_dict(), strict=False)
    batch = pool.draw(mild, rng, _MILD_WINDOWS)
    fit_ppv(whole, batch.windows, batch.targets, config.ppv_penalty, config.seed)
    return Fitted(whole.eval(), history, sha256)


def _check_sizes(target: ActivityNet, source: ActivityNet, weights: dict[str, float]) -> None:
    for name in ('d_attention', 'width'):
        size, its_size = getattr(target.spec, name), getattr(source.spec, name)
        if size != its_size:
            raise ConfigError(
                f'The source has network.{name} = {its_size} and the target {size}; '
                f'{" and ".join(weights)} compare them, so that they must be equal; kd does not.'
            )
