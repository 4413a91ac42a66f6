"""The linear layer on the fixed-kernel features, found in closed form."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dcat_ros.model.network import ActivityNet

__all__ = ['fit_ppv']

#: Ridge scores lie about between -1 and 1; times this they are logits.
_SHARPNESS = 5.0
_BATCH = 256


@torch.no_grad()
def fit_ppv(
    net: ActivityNet,
    windows: NDArray[np.float32],
    classes: NDArray[np.int64],
    penalty: float,
    seed: int,
) -> None:
    """Fit the fixed-kernel branch of a network; nothing happens if it has none.

    Ridge regression on targets of -1 and 1, as MiniRocket is used with (Dempster et al., 2021).

    Args:
        net: its thresholds, scale and linear layer are set.
        windows: shape (N, T, C), in the units of the message.
        classes: class indices, shape (N,).
        penalty: L2 penalty relative to N.
        seed: draws which channels a kernel sees.
    """
    if net.ppv is None:
        return
    x = torch.from_numpy(windows)
    net.ppv.fit(x, torch.Generator().manual_seed(seed))
    features = torch.cat([net.ppv(batch) for batch in x.split(_BATCH)]).double()
    n_classes = net.ppv_head.out_features
    targets = torch.full((len(x), n_classes), -1.0, dtype=torch.float64)
    targets[torch.arange(len(x)), torch.from_numpy(classes)] = 1.0
    mean = targets.mean(dim=0)
    gram: Tensor = features.T @ features
    gram.diagonal().add_(penalty * len(x))
    weight = torch.linalg.solve(gram, features.T @ (targets - mean))
    net.ppv_head.weight.copy_(_SHARPNESS * weight.T)
    net.ppv_head.bias.copy_(_SHARPNESS * mean)
