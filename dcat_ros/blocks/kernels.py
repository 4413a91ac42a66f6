"""Fixed-kernel features of a window: the proportion of positive values after 84 convolutions.

Source: A. Dempster, D. Schmidt, G. Webb, "MiniRocket", KDD 2021: kernels of length 9 with six
weights of -1 and three of 2, at several dilations, each against quantiles of its own outputs on
the training windows. Every kernel sees the sum of a fixed random set of channels, derived ones
included. The features do not depend on the window's length, and nothing but their thresholds is
fitted.
"""

from itertools import combinations

import torch
from torch import Tensor, nn
from torch.nn import functional

from dcat_ros.blocks.features import FixedFeatures

__all__ = ['GRID_STEPS', 'PpvFeatures', 'on_grid']

_N_THRESHOLDS = 4
_LENGTH = 9
_TRIPLES = tuple(combinations(range(_LENGTH), 3))
_SAMPLE = 256
#: A kernel's weights, without their signs, add up to this.
_WEIGHTS = 12
#: Channels are multiples of this part of a unit.
GRID_STEPS = 4096.0


def on_grid(x: Tensor, steps: float = GRID_STEPS) -> Tensor:
    """Values as multiples of 1 / steps, a power of two, in single precision.

    Sums depend on their order in the last bit, and libraries have their own: those of values on a
    grid do not, as long as they fit the 24 bits of a float.
    """
    return ((x * steps).round() / steps).float()


class PpvFeatures(FixedFeatures):
    """Proportions of positive values, standardised.

    Args:
        derive: makes channels (N, C, T) of windows, of order one. In double precision, where
            libraries may differ in the last bit: then they do not differ on the grid.
        n_channels: C.
        dilations: of the kernels.
        steps: of the channels' grid, in a unit; a power of two.
    """

    kernels: Tensor  # (84, 1, 9)
    channels: Tensor  # (dilations, 84, C): which channels each kernel sees
    thresholds: Tensor  # (dilations, 84, thresholds)
    mean: Tensor  # (features,)
    deviation: Tensor

    def __init__(
        self,
        derive: nn.Module,
        n_channels: int,
        dilations: tuple[int, ...],
        steps: float = GRID_STEPS,
    ) -> None:
        super().__init__()
        self.derive = derive
        self.dilations = dilations
        self.steps = steps
        n_kernels, n_dilations = len(_TRIPLES), len(dilations)
        self.n_features = n_kernels * n_dilations * _N_THRESHOLDS
        kernels = torch.full((n_kernels, 1, _LENGTH), -1.0)
        for kernel, triple in zip(kernels, _TRIPLES, strict=True):
            kernel[0, list(triple)] = 2.0
        self.register_buffer('kernels', kernels, persistent=False)
        self.register_buffer('channels', torch.ones(n_dilations, n_kernels, n_channels))
        self.register_buffer('thresholds', torch.zeros(n_dilations, n_kernels, _N_THRESHOLDS))
        self.register_buffer('mean', torch.zeros(self.n_features))
        self.register_buffer('deviation', torch.ones(self.n_features))

    @torch.no_grad()
    def fit(self, windows: Tensor, generator: torch.Generator) -> None:
        """Draw channels, and take thresholds and scale from training windows."""
        # each kernel sees 1 to all channels, small sets more often (MiniRocket: log-uniform)
        n = self.channels.shape[2]
        high = torch.log2(torch.tensor(n + 1.0))
        for row in self.channels.view(-1, n):
            size = int(2 ** (torch.rand(1, generator=generator) * high))
            row.zero_()
            row[torch.randperm(n, generator=generator)[:size]] = 1.0
        sample = windows[torch.randperm(len(windows), generator=generator)[:_SAMPLE]]
        derived = self._channels(sample)
        # quantiles of low discrepancy, as in the paper: multiples of the golden ratio
        golden = (5**0.5 + 1) / 2
        count = len(_TRIPLES) * _N_THRESHOLDS
        quantiles = torch.arange(1, count + 1, dtype=torch.float64) * golden % 1
        levels = quantiles.float().view(len(_TRIPLES), _N_THRESHOLDS)
        for i, dilation in enumerate(self.dilations):
            response = self._convolve(derived, i, dilation).transpose(0, 1).flatten(1)
            ordered = response.sort(dim=1).values
            self.thresholds[i] = ordered.gather(1, (levels * (ordered.shape[1] - 1)).long())
        features = torch.cat([self._proportions(batch) for batch in windows.split(_SAMPLE)])
        self.mean.copy_(features.mean(0))
        self.deviation.copy_(features.std(0).clamp_min(1e-3))

    def forward(self, windows: Tensor) -> Tensor:
        """Standardised features (N, n_features) of windows, any T."""
        return (self._proportions(windows) - self.mean) / self.deviation

    def _proportions(self, windows: Tensor) -> Tensor:
        derived = self._channels(windows)
        parts = []
        for i, dilation in enumerate(self.dilations):
            response = self._convolve(derived, i, dilation)  # (N, 84, T)
            levels = self.thresholds[i].T[:, :, None]
            # as floats: integers are counted half as fast
            positive = [(response > level).float().mean(dim=2) for level in levels]
            parts.append(torch.stack(positive, dim=2).flatten(1))
        return torch.cat(parts, dim=1)

    def _channels(self, windows: Tensor) -> Tensor:
        """The channels (N, C, T) on the grid, so small that sums of all fit a float's 24 bits."""
        most = 2**24 / (self.steps * _WEIGHTS * self.channels.shape[2])
        return on_grid(self.derive(windows).clamp(-most, most), self.steps)

    def _convolve(self, derived: Tensor, i: int, dilation: int) -> Tensor:
        """Responses (N, 84, T) of the kernels at one dilation to derived channels (N, C, T).

        A kernel on a sum of channels is a convolution. On the channels' grid its sums are exact: a
        response next to a threshold counts here and there alike, whatever the batch, the library
        or the machine; live equals offline.
        """
        weights = self.channels[i][:, :, None] * self.kernels
        reach = dilation * (_LENGTH // 2)
        return functional.conv1d(derived, weights, padding=reach, dilation=dilation)
