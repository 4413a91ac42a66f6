"""The training loop.

Every step draws its batch, its augmentation and its dropout from a seed made of the training's
seed and the step's number, so that a training that was killed goes on exactly as it would have.
"""

import copy
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from dcat_ros.errors import TrainingError
from dcat_ros.model.network import ActivityNet
from dcat_ros.training.checkpoint import History, load_checkpoint, save_checkpoint
from dcat_ros.training.config import OptimiserConfig

__all__ = ['Batches', 'fit']

#: Draws the batch of a step: windows (N, T, C) and class indices (N,).
Batches = Callable[[np.random.Generator], tuple[NDArray[np.float32], NDArray[np.int64]]]

_SAVE_EVERY = 100
_WARM_UP = 0.15  # share of the steps in which the learning rate rises


def fit(
    net: ActivityNet,
    batches: Batches,
    config: OptimiserConfig,
    seed: tuple[int, ...],
    *,
    checkpoint: Path,
    key: str,
    validate: Callable[[ActivityNet], float] | None = None,
    progress: Callable[[History], None] = lambda history: None,
) -> tuple[ActivityNet, History]:
    """Train a network by cross-entropy.

    Args:
        net: with fresh weights.
        batches: draws a batch.
        config: how.
        seed: of this training.
        checkpoint: file that keeps its state.
        key: names what is trained on what; a checkpoint with another key is not used.
        validate: macro-F1 of a network on held-out subjects, asked ten times.
        progress: called after each step.

    Returns:
        The moving average of the weights, in eval mode, and the history.

    Raises:
        TrainingError: the loss is no number any more.
        OutputError: the checkpoint cannot be written.
    """
    average = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    history = load_checkpoint(checkpoint, key, net, average, optimiser)
    validate_every = max(1, config.steps // 10)
    net.train()
    while history.step < config.steps:
        torch.manual_seed(int(np.random.SeedSequence((*seed, history.step)).generate_state(1)[0]))
        windows, classes = batches(np.random.default_rng((*seed, history.step)))
        loss = functional.cross_entropy(
            net.logits(torch.from_numpy(windows)),
            torch.from_numpy(classes),
            label_smoothing=config.label_smoothing,
        )
        if not torch.isfinite(loss):
            raise TrainingError(
                f'the loss is {loss.item()} at step {history.step}; the state before it is in '
                f'{checkpoint}. Lower optimiser.learning_rate, or look for faulty recordings.'
            )
        for group in optimiser.param_groups:
            group['lr'] = config.learning_rate * _one_cycle(history.step, config.steps)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), config.clip_norm)
        optimiser.step()
        history.step += 1
        _update(average, net, min(config.average, history.step / (history.step + 9)))
        history.recent.append(loss.item())
        if history.step % validate_every == 0:
            mean = sum(history.recent) / len(history.recent)
            history.loss.append((history.step, mean))
            history.recent.clear()
            if validate is not None:
                history.validation.append((history.step, validate(average)))
        progress(history)
        if history.step % _SAVE_EVERY == 0 or history.step == config.steps:
            save_checkpoint(checkpoint, key, net, average, optimiser, history)
    return average, history


def _one_cycle(step: int, steps: int) -> float:
    """Share of the greatest learning rate: a rise, then a fall by half a cosine.

    Source: L. Smith, N. Topin, "Super-convergence", 2018.
    """
    rise = max(1, round(_WARM_UP * steps))
    if step < rise:
        return 0.04 + 0.96 * step / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


@torch.no_grad()
def _update(average: ActivityNet, net: ActivityNet, decay: float) -> None:
    for kept, new in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)
