"""Training one network of sound."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import f1_score
from torch import Tensor, nn
from torch.nn import functional

from dcat_ros.datasets.trial import Dataset
from dcat_ros.sensors.registry import find_sensor
from dcat_ros.sensors.sound.network import SoundNet
from dcat_ros.training.checkpoint import History
from dcat_ros.training.loop import descend
from dcat_ros.training.reproducible import seed_torch
from dcat_ros.training.sound_batches import make_sound_pool
from dcat_ros.training.sound_config import SoundConfig
from dcat_ros.training.sound_predict import clip_log_p

__all__ = ['fit_sound']

_BRANCH_WEIGHT = 0.5  # of each branch's own loss beside that of the sum


def fit_sound(
    config: SoundConfig,
    known: Dataset,
    held_out: Dataset,
    seed: tuple[int, int],
    checkpoint: Path,
    progress: Callable[[History], None] = lambda history: None,
) -> tuple[SoundNet, History]:
    """Train on clips whose signal 'audio' is log-mel rows.

    Args:
        config: the recipe.
        known: what is trained on.
        held_out: for the curve alone; may be empty.
        seed: of everything random.
        checkpoint: file that keeps the state, so that a killed training goes on.
        progress: called after each step.

    Returns:
        The moving average of the weights, in eval mode, and the history.

    Raises:
        DatasetError: a label has no clip.
        TrainingError: the loss is no number any more.
        OutputError: the checkpoint cannot be written.
    """
    labels = known.info.labels
    pool = make_sound_pool(known)
    seed_torch(seed)
    net = SoundNet(config.network, find_sensor(config.modality), len(labels))

    def loss_of(rng: np.random.Generator) -> Tensor:
        batch = pool.draw(rng, config.optimiser.batch_size, config.quiet_share)
        # half the bits take two thirds of the time; the weights and the loss keep all of them
        with torch.autocast('cpu', torch.bfloat16):
            out = net.outputs(torch.from_numpy(batch.windows))
        targets = torch.from_numpy(batch.targets)
        smoothing = config.optimiser.label_smoothing
        losses = [
            functional.cross_entropy(logits.float(), targets, label_smoothing=smoothing)
            for logits in out
        ]
        return losses[0] + _BRANCH_WEIGHT * (losses[1] + losses[2])

    def validate(average: SoundNet) -> float:
        best = [labels[int(i)] for i in clip_log_p(average, held_out).argmax(axis=1)]
        truth = [trial.label for trial in held_out.trials]
        return float(f1_score(truth, best, average='macro', zero_division=0))

    fields = config.model_dump_json(
        include={'dataset', 'quiet_share', 'network', 'optimiser'},
    )
    names = ' '.join(trial.name for trial in known.trials)
    return descend(
        net,
        nn.ModuleDict({'net': net}),
        loss_of,
        config.optimiser,
        seed,
        checkpoint=checkpoint,
        key=hashlib.sha256(f'{fields} {seed} {names}'.encode()).hexdigest(),
        validate=validate if held_out.trials else None,
        progress=progress,
    )
