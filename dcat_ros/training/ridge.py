"""The linear layers on the fixed-kernel features, found in closed form."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dcat_ros.model.network import ActivityNet
from dcat_ros.training.batch import Targets

__all__ = ['fit_ppv', 'fit_segment']

#: Ridge scores lie about between -1 and 1; times this they are logits.
_SHARPNESS = 5.0
_BATCH = 256


@torch.no_grad()
def fit_ppv(
    net: ActivityNet,
    windows: NDArray[np.float32],
    targets: Targets,
    penalty: float,
    seed: int,
) -> None:
    """Fit thresholds, scale and window layer of the fixed-kernel branch.

    Args:
        net: has the branch.
        windows: shape (N, T, C), in the units of the message.
        targets: class indices, shape (N,), or shares of the classes, shape (N, classes).
        penalty: L2 penalty relative to N.
        seed: draws which channels a kernel sees.
    """
    net.ppv.fit(torch.from_numpy(windows), torch.Generator().manual_seed(seed))
    _fit_ridge(net.ppv_head, _features(net, windows), targets, penalty)


@torch.no_grad()
def fit_segment(
    net: ActivityNet, recordings: NDArray[np.float32], classes: NDArray[np.int64], penalty: float
) -> None:
    """Fit the layer that names whole recordings, after `fit_ppv`.

    Args:
        net: has the layer.
        recordings: shape (N, SEGMENT_LENGTH, C), in the units of the message.
        classes: class indices, shape (N,).
        penalty: L2 penalty relative to N.
    """
    _fit_ridge(net.segment_head, _features(net, recordings), classes, penalty)


def _features(net: ActivityNet, x: NDArray[np.float32]) -> Tensor:
    return torch.cat([net.ppv(batch) for batch in torch.from_numpy(x).split(_BATCH)]).double()


def _fit_ridge(layer: nn.Module, features: Tensor, given: Targets, penalty: float) -> None:
    """Ridge regression on targets of -1 and 1, as MiniRocket is used (Dempster et al., 2021)."""
    assert isinstance(layer, nn.Linear)
    shares = torch.from_numpy(given)
    if shares.ndim == 1:
        shares = nn.functional.one_hot(shares, layer.out_features)
    targets = 2 * shares.double() - 1
    centre, mean = features.mean(dim=0), targets.mean(dim=0)
    features = features - centre
    gram = features.T @ features
    gram.diagonal().add_(penalty * len(features))
    weight = torch.linalg.solve(gram, features.T @ (targets - mean))
    layer.weight.copy_(_SHARPNESS * weight.T)
    layer.bias.copy_(_SHARPNESS * (mean - centre @ weight))
