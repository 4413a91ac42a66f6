"""Channels derived from an inertial sensor's six: gravity, and the lengths of both vectors."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from dcat_ros.blocks.kernels import on_grid
from dcat_ros.sensors.inertial.samples import SCALE

__all__ = ['N_DERIVED', 'DerivedChannels']

#: Channels that come out: the six, gravity's three, two lengths.
N_DERIVED = 11
_SIGMA_S = 0.24
_RATE_HZ = 50.0
#: What is more is cut off: 16 g, 3200 degrees/s.
_MOST = 16.0
#: Gravity is made of such parts of a unit with weights of such parts, whose sums are exact.
_GRAVITY_STEPS = 1024.0


class DerivedChannels(nn.Module):
    """(N, T, 6) in m/s² and rad/s to (N, 11, T), all of order one, the same whatever adds them up.

    Gravity is the acceleration through a Gaussian low-pass (sigma 0.24 s at 50 Hz): it tells the
    limb's attitude. The lengths do not change when the sensor sits askew.
    """

    scale: Tensor
    low_pass: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer('scale', torch.tensor(SCALE), persistent=False)
        self.register_buffer('low_pass', _gaussian()[None, None], persistent=False)

    def forward(self, windows: Tensor) -> Tensor:
        """Derive the channels of windows (N, T, 6), any T."""
        x = (windows / self.scale).transpose(1, 2).clamp(-_MOST, _MOST)  # (N, 6, T)
        n, _, t = x.shape
        reach = self.low_pass.shape[2] // 2
        coarse = on_grid(x[:, :3], _GRAVITY_STEPS)
        padded = functional.pad(coarse, (reach, reach), mode='replicate')
        gravity = functional.conv1d(padded.reshape(n * 3, 1, -1), self.low_pass).view(n, 3, t)
        x = on_grid(x)
        return torch.cat([x, gravity, _length(x[:, :3]), _length(x[:, 3:])], dim=1)


def _gaussian() -> Tensor:
    """Weights of the low-pass, in whole steps that add up to one."""
    sigma = _SIGMA_S * _RATE_HZ
    reach = round(3 * sigma)
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1.0) / sigma) ** 2)
    steps = (kernel / kernel.sum() * _GRAVITY_STEPS).round()
    steps[reach] += _GRAVITY_STEPS - steps.sum()
    return steps / _GRAVITY_STEPS


def _length(vectors: Tensor) -> Tensor:
    """Lengths (N, 1, T) of vectors (N, 3, T) on the grid, whose squares a double holds exactly."""
    return vectors.double().square().sum(dim=1, keepdim=True).sqrt()
