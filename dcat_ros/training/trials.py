"""Training on whole trials, one array each: what the experiment does thousands of times."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from dcat_ros.card.card import NetworkSpec
from dcat_ros.model.network import ActivityNet
from dcat_ros.training.augment import cropped
from dcat_ros.training.batch import Batch
from dcat_ros.training.config import AugmentConfig, OptimiserConfig
from dcat_ros.training.loop import fit
from dcat_ros.training.paired import Paired
from dcat_ros.training.reproducible import seed_torch
from dcat_ros.training.transfer import Transfer
from dcat_ros.training.views import find_view

__all__ = ['TrialRecipe', 'fit_trials', 'predict']

_BATCH = 256


@dataclass(frozen=True)
class TrialRecipe:
    """How a network is trained on whole trials.

    Attributes:
        optimiser: its batch size is that of the labelled half of a batch, and of the unlabelled.
        augment: random changes; None for none.
        crop: up to this share of a trial's time is taken away.
        network: sizes; without fixed-kernel features.
    """

    optimiser: OptimiserConfig
    augment: AugmentConfig | None
    crop: float
    network: NetworkSpec


def fit_trials(
    paired: Paired,
    view: str,
    labelled: NDArray[np.int64],
    unlabelled: NDArray[np.int64],
    recipe: TrialRecipe,
    seed: tuple[int, ...],
    make_transfer: Callable[[ActivityNet], Transfer] | None = None,
    partner: NDArray[np.int64] | None = None,
) -> ActivityNet:
    """Train a network on one view.

    Args:
        paired: the recordings.
        view: what the network is given.
        labelled: rows of `paired` whose labels are used; no other label is looked at.
        unlabelled: rows used for the transfer alone.
        recipe: how.
        seed: of everything random.
        make_transfer: what the target should learn from a frozen source.
        partner: row of each recording in the source's outputs, (P,).

    Returns:
        The network in eval mode.

    Raises:
        TrainingError: the loss is no number any more.
    """
    sensor = find_view(view).sensor
    seed_torch(seed)
    net = ActivityNet(recipe.network, sensor, len(paired.labels))
    transfer = None if make_transfer is None else make_transfer(net)
    recordings, size = paired.views[view], recipe.optimiser.batch_size
    has_unlabelled = transfer is not None and len(unlabelled) > 0

    def draw(rng: np.random.Generator) -> Batch:
        rows = rng.choice(labelled, size=size)
        classes = paired.classes[rows]
        if has_unlabelled:
            rows = np.concatenate([rows, rng.choice(unlabelled, size=size)])
            classes = np.concatenate([classes, np.full(size, -1)])
        windows = cropped(recordings[rows], recipe.crop, rng)
        if recipe.augment is not None:
            windows = sensor.augment(sensor, windows, recipe.augment, rng)
        return Batch(windows, classes, np.full(len(rows), -1) if partner is None else partner[rows])

    net, _ = fit(net, draw, recipe.optimiser, seed, transfer=transfer)
    return net


def predict(net: ActivityNet, recordings: NDArray[np.float32]) -> NDArray[np.int64]:
    """Likeliest class (P,) of recordings (P, T, C)."""
    with torch.inference_mode():
        batches = torch.from_numpy(recordings).split(_BATCH)
        logits = torch.cat([net.logits(batch) for batch in batches])
    out: NDArray[np.int64] = logits.argmax(dim=1).numpy()
    return out
