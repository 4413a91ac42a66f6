"""A transfer method: one loss, or a weighted sum of several, against one frozen source."""

import difflib
import math
from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dcat_ros.errors import ConfigError
from dcat_ros.model.network import ActivityNet, Outputs
from dcat_ros.segment import REST
from dcat_ros.training.losses import LOSSES
from dcat_ros.training.source import SourceOutputs

__all__ = ['NONE', 'Transfer', 'check_pair', 'parse_method', 'select']

#: The method that is no transfer: labels alone.
NONE = 'none'


def parse_method(method: str, weights: Mapping[str, float] | None = None) -> dict[str, float]:
    """The losses and their weights lambda in a method such as 'kd+dcat_centred'.

    Args:
        method: names of losses joined by '+', or 'none'.
        weights: lambda by loss; the default of each loss without it.

    Returns:
        Empty for 'none'.

    Raises:
        ConfigError: a loss is unknown or stands twice, a weight is negative, no number, or for a
            loss that the method does not have.
    """
    weights = weights or {}
    names = [] if method == NONE else method.split('+')
    for name in names:
        if name not in LOSSES:
            near = difflib.get_close_matches(name, LOSSES, n=1)
            hint = f' Did you mean {near[0]!r}?' if near else ''
            raise ConfigError(
                f'There is no transfer loss {name!r}; there are {", ".join(LOSSES)}, sums of them '
                f'with "+", and {NONE}.{hint}'
            )
    if len(set(names)) != len(names):
        raise ConfigError(f'A loss stands twice in the method {method!r}.')
    if foreign := sorted(weights.keys() - set(names)):
        raise ConfigError(f'There is a weight for {foreign[0]!r}, which is not in {method!r}.')
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise ConfigError(f'The weight of {name!r} is {weight}; take a number of at least 0.')
    return {name: float(weights.get(name, LOSSES[name][1])) for name in names}


class Transfer(nn.Module):
    """Compares the target with the source on the recordings of a batch.

    Args:
        weights: lambda by loss, as `parse_method` gives them; not empty.
        pool: what the source gave for the training set, or for some of it if it listens.
        target: the network that learns; see `check_pair` for what must fit.
        listen: what a source that listens gives for windows (N, T, C).
    """

    def __init__(
        self,
        weights: Mapping[str, float],
        pool: SourceOutputs,
        target: ActivityNet,
        listen: Callable[[NDArray[np.float32]], SourceOutputs] | None = None,
    ):
        super().__init__()
        self.pool = pool
        self.listen = listen
        self.weights = dict(weights)
        n_features = 2 * target.spec.width
        self.losses = nn.ModuleDict(
            {name: LOSSES[name][0](pool, n_features) for name in self.weights}
        )

    def forward(
        self, target: Outputs, pairs: Tensor, beside: NDArray[np.float32] | None = None
    ) -> Tensor:
        """The weighted sum of the losses.

        Args:
            target: outputs for N recordings.
            pairs: (N,), the row of each one's partner in the pool; -1 where it has none.
            beside: (N, T, C), the same windows for a source that listens.
        """
        if self.listen is not None and beside is not None:
            paired, source = target, self.listen(beside)
        else:
            has_partner = pairs >= 0
            if int(has_partner.sum()) < 2:  # relations and means need two
                return target.logits.sum() * 0
            source = self.pool.rows(pairs[has_partner])
            paired = select(target, has_partner)
        terms = [
            weight * self.losses[name](paired, source) for name, weight in self.weights.items()
        ]
        return torch.stack(terms).sum()


def select(outputs: Outputs, rows: Tensor) -> Outputs:
    """The outputs of some rows of a batch."""
    attended = type(outputs.attended)(*(tensor[rows] for tensor in outputs.attended))
    return Outputs(outputs.logits[rows], outputs.features[rows], attended)


def check_pair(
    source: ActivityNet,
    source_labels: tuple[str, ...],
    target: ActivityNet,
    target_labels: tuple[str, ...],
) -> None:
    """Refuse a source that cannot teach a target; one of them need not know `rest`.

    Raises:
        ConfigError: their labels, or their sizes of attention or tokens, differ.
    """
    ours, theirs = (tuple(x for x in some if x != REST) for some in (target_labels, source_labels))
    if ours != theirs:
        differ = sorted(set(ours) ^ set(theirs))
        detail = f'only one of them has {", ".join(differ)}' if differ else 'in another order'
        raise ConfigError(f'The source has other labels than the target: {detail}.')
    for name in ('d_attention', 'width'):
        size, its_size = getattr(target.spec, name), getattr(source.spec, name)
        if size != its_size:
            raise ConfigError(
                f'The source has network.{name} = {its_size} and the target {size}; they must be '
                'equal.'
            )
