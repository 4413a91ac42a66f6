"""Fixed-kernel features of a window: the proportion of positive values after 84 convolutions.

Source: A. Dempster, D. Schmidt, G. Webb, "MiniRocket", KDD 2021: kernels of length 9 with six
weights of -1 and three of 2, at several dilations, each against quantiles of its own outputs on
the training windows. Every kernel sees the sum of a fixed random set of channels, derived ones
included. The features do not depend on the window's length, and nothing but their thresholds is
fitted.
"""

from itertools import combinations

import torch
from torch import Tensor
from torch.nn import functional

from dcat_ros.blocks.features import FixedFeatures
from dcat_ros.sensors.inertial.derived import N_DERIVED, DerivedChannels

__all__ = ['N_FEATURES', 'PpvFeatures']

_DILATIONS = (1, 2, 4, 8, 16)
_N_THRESHOLDS = 4
_LENGTH = 9
_TRIPLES = tuple(combinations(range(_LENGTH), 3))
_SAMPLE = 256
N_FEATURES = len(_TRIPLES) * len(_DILATIONS) * _N_THRESHOLDS


class PpvFeatures(FixedFeatures):
    """Proportions of positive values, standardised."""

    kernels: Tensor  # (84, 1, 9)
    channels: Tensor  # (dilations, 84, 11): which channels each kernel sees
    thresholds: Tensor  # (dilations, 84, thresholds)
    mean: Tensor  # (features,)
    n_features = N_FEATURES
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.derive = DerivedChannels()
        n_kernels, n_dilations = len(_TRIPLES), len(_DILATIONS)
        kernels = torch.full((n_kernels, 1, _LENGTH), -1.0)
        for kernel, triple in zip(kernels, _TRIPLES, strict=True):
            kernel[0, list(triple)] = 2.0
        self.register_buffer('kernels', kernels, persistent=False)
        self.register_buffer('channels', torch.ones(n_dilations, n_kernels, N_DERIVED))
        self.register_buffer('thresholds', torch.zeros(n_dilations, n_kernels, _N_THRESHOLDS))
        self.register_buffer('mean', torch.zeros(N_FEATURES))
        self.register_buffer('deviation', torch.ones(N_FEATURES))

    @torch.no_grad()
    def fit(self, windows: Tensor, generator: torch.Generator) -> None:
        """Draw channels, and take thresholds and scale from training windows (N, T, 6)."""
        # each kernel sees 1 to all channels, small sets more often (MiniRocket: log-uniform)
        high = torch.log2(torch.tensor(N_DERIVED + 1.0))
        for row in self.channels.view(-1, N_DERIVED):
            size = int(2 ** (torch.rand(1, generator=generator) * high))
            row.zero_()
            row[torch.randperm(N_DERIVED, generator=generator)[:size]] = 1.0
        sample = windows[torch.randperm(len(windows), generator=generator)[:_SAMPLE]]
        derived = self.derive(sample)
        # quantiles of low discrepancy, as in the paper: multiples of the golden ratio
        golden = (5**0.5 + 1) / 2
        count = len(_TRIPLES) * _N_THRESHOLDS
        quantiles = torch.arange(1, count + 1, dtype=torch.float64) * golden % 1
        levels = quantiles.float().view(len(_TRIPLES), _N_THRESHOLDS)
        for i, dilation in enumerate(_DILATIONS):
            response = self._convolve(derived, i, dilation).transpose(0, 1).flatten(1)
            ordered = response.sort(dim=1).values
            self.thresholds[i] = ordered.gather(1, (levels * (ordered.shape[1] - 1)).long())
        features = torch.cat([self._proportions(batch) for batch in windows.split(_SAMPLE)])
        self.mean.copy_(features.mean(0))
        self.deviation.copy_(features.std(0).clamp_min(1e-3))

    def forward(self, windows: Tensor) -> Tensor:
        """Standardised features (N, N_FEATURES) of windows (N, T, 6), any T."""
        return (self._proportions(windows) - self.mean) / self.deviation

    def _proportions(self, windows: Tensor) -> Tensor:
        derived = self.derive(windows)
        parts = []
        for i, dilation in enumerate(_DILATIONS):
            response = self._convolve(derived, i, dilation)  # (N, 84, T)
            levels = self.thresholds[i].T[:, :, None]
            # as floats: integers are counted half as fast
            positive = [(response > level).float().mean(dim=2) for level in levels]
            parts.append(torch.stack(positive, dim=2).flatten(1))
        return torch.cat(parts, dim=1)

    def _convolve(self, derived: Tensor, i: int, dilation: int) -> Tensor:
        """Responses (N, 84, T) of the kernels at one dilation to derived channels (N, 11, T).

        A kernel on a sum of channels is a convolution. The channels are on a grid on which its sums
        are exact: a response next to a threshold counts here and there alike, whatever the batch,
        the library or the machine; live equals offline.
        """
        weights = self.channels[i][:, :, None] * self.kernels
        reach = dilation * (_LENGTH // 2)
        return functional.conv1d(derived, weights, padding=reach, dilation=dilation)
