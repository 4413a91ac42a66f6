"""The training loop: labels, and beside them what a frozen source says of the same recordings.

Every step draws its batch, its augmentation and its dropout from a seed made of the training's
seed and the step's number, so that a training that was killed goes on exactly as it would have.
"""

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from dcat_ros.errors import TrainingError
from dcat_ros.model.network import ActivityNet, Outputs
from dcat_ros.training.batch import Batch
from dcat_ros.training.checkpoint import History, load_checkpoint, save_checkpoint
from dcat_ros.training.config import OptimiserConfig
from dcat_ros.training.reproducible import seed_torch
from dcat_ros.training.transfer import Transfer

__all__ = ['descend', 'fit']

Net = TypeVar('Net', bound=nn.Module)

_SAVE_EVERY = 100
_BRANCH_WEIGHT = 0.5  # of each branch's own loss beside that of the sum
_APART = 20  # steps at least: a short training is not to be measured for most of its time
_WARM_UP = 0.15  # share of the steps in which the learning rate rises


def fit(
    net: ActivityNet,
    batches: Callable[[np.random.Generator], Batch],
    config: OptimiserConfig,
    seed: tuple[int, ...],
    *,
    transfer: Transfer | None = None,
    checkpoint: Path | None = None,
    key: str = '',
    validate: Callable[[ActivityNet], float] | None = None,
    progress: Callable[[History], None] = lambda history: None,
) -> tuple[ActivityNet, History]:
    """Train a network by cross-entropy and, if there is a source, by transfer from it.

    Args:
        net: with fresh weights.
        batches: draws the batch of a step.
        config: how.
        seed: of this training.
        transfer: what the target should learn from the frozen source, and how.
        checkpoint: file that keeps the state; None to keep none.
        key: names what is trained on what; a checkpoint with another key is not used.
        validate: macro-F1 of a network on held-out subjects, asked ten times; less often in a short
            training.
        progress: called after each step.

    Returns:
        The moving average of the weights, in eval mode, and the history.

    Raises:
        TrainingError: the loss is no number any more.
        OutputError: the checkpoint cannot be written.
    """
    learner = nn.ModuleDict({'net': net} if transfer is None else {'net': net, 'loss': transfer})

    def loss_of(rng: np.random.Generator) -> Tensor:
        batch = batches(rng)
        windows, targets = torch.from_numpy(batch.windows), torch.from_numpy(batch.targets)

        def by_label(logits: Tensor) -> Tensor:
            return _cross_entropy(logits.float(), targets, config.label_smoothing)

        with torch.autocast('cpu', torch.bfloat16, enabled=config.precision == 'bfloat16'):
            target = net.outputs(windows)
            beside = net.feature_logits(windows) if net.steps_on_features else None
        loss = by_label(target.logits)
        if beside is not None:
            both = by_label(target.logits + beside)
            loss = both + _BRANCH_WEIGHT * (loss + by_label(beside))
        if transfer is not None:
            pairs = torch.from_numpy(batch.pairs)
            loss = loss + transfer(_as_floats(target), pairs, batch.beside)
        return loss

    return descend(
        net,
        learner,
        loss_of,
        config,
        seed,
        checkpoint=checkpoint,
        key=key,
        validate=validate,
        progress=progress,
    )


def _cross_entropy(logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    """Over the recordings whose label is used."""
    if targets.dtype == torch.int64:
        return functional.cross_entropy(logits, targets, ignore_index=-1, label_smoothing=smoothing)
    used = targets.sum(dim=1) > 0
    if not used.any():  # the mean over nothing is no number
        return logits.sum() * 0
    return functional.cross_entropy(logits[used], targets[used], label_smoothing=smoothing)


def _as_floats(outputs: Outputs) -> Outputs:
    attended = type(outputs.attended)(*(tensor.float() for tensor in outputs.attended))
    return Outputs(outputs.logits.float(), outputs.features.float(), attended)


def descend(
    net: Net,
    learner: nn.Module,
    loss_of: Callable[[np.random.Generator], Tensor],
    config: OptimiserConfig,
    seed: tuple[int, ...],
    *,
    checkpoint: Path | None = None,
    key: str = '',
    validate: Callable[[Net], float] | None = None,
    progress: Callable[[History], None] = lambda history: None,
) -> tuple[Net, History]:
    """Train a network by whatever loss, for `config.steps` steps.

    Args:
        net: with fresh weights.
        learner: all that is trained; holds the network.
        loss_of: draws the batch of a step and gives its loss.
        config: how; the smoothing of labels is the loss's own affair.
        seed: of this training.
        checkpoint: see `fit`.
        key: see `fit`.
        validate: see `fit`.
        progress: see `fit`.

    Returns:
        The moving average of the weights, in eval mode, and the history.

    Raises:
        TrainingError: the loss is no number any more.
        OutputError: the checkpoint cannot be written.
    """
    average = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(
        learner.parameters(), config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    history = History()
    if checkpoint is not None:
        history = load_checkpoint(checkpoint, key, learner, average, optimiser)

    def save() -> None:
        if checkpoint is not None:
            save_checkpoint(checkpoint, key, learner, average, optimiser, history)

    def stop_unless_finite(what: str, value: Tensor) -> None:
        if not torch.isfinite(value):
            for buffer, good in zip(learner.buffers(), statistics, strict=True):
                buffer.copy_(good)
            save()
            kept = f'; the state before it is in {checkpoint}' if checkpoint else ''
            raise TrainingError(
                f'the {what} is {value.item()} at step {history.step}{kept}. Lower '
                'optimiser.learning_rate or the weight of the transfer loss, or look for faulty '
                'recordings.'
            )

    averaged = list(zip(average.state_dict().values(), net.state_dict().values(), strict=True))
    validate_every = min(config.steps, max(_APART, config.steps // 10))
    learner.train()
    while history.step < config.steps:
        seed_torch((*seed, history.step))
        # running statistics change before the loss is known
        statistics = [buffer.clone() for buffer in learner.buffers()]
        loss = loss_of(np.random.default_rng((*seed, history.step)))
        stop_unless_finite('loss', loss)
        for group in optimiser.param_groups:
            group['lr'] = config.learning_rate * _one_cycle(history.step, config.steps)
        optimiser.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(learner.parameters(), config.clip_norm)
        stop_unless_finite('gradient', norm)
        optimiser.step()
        history.step += 1
        _update(averaged, min(config.average, history.step / (history.step + 9)))
        history.recent.append(loss.item())
        if history.step % validate_every == 0:
            mean = sum(history.recent) / len(history.recent)
            history.loss.append((history.step, mean))
            history.recent.clear()
            if validate is not None:
                history.validation.append((history.step, validate(average)))
        progress(history)
        if history.step % _SAVE_EVERY == 0 or history.step == config.steps:
            save()
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
def _update(averaged: list[tuple[Tensor, Tensor]], decay: float) -> None:
    """Move each average towards its tensor."""
    floats = [pair for pair in averaged if pair[0].dtype.is_floating_point]
    torch._foreach_lerp_([kept for kept, _ in floats], [new for _, new in floats], 1 - decay)
    for kept, new in averaged:
        if not kept.dtype.is_floating_point:
            kept.copy_(new)
