"""Channels derived from an inertial sensor's six: gravity, and the lengths of both vectors."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from dcat_ros.sensors.inertial.samples import SCALE

__all__ = ['N_DERIVED', 'DerivedChannels']

#: Channels that come out: the six, gravity's three, two lengths.
N_DERIVED = 11
_SIGMA_S = 0.24
_RATE_HZ = 50.0


class DerivedChannels(nn.Module):
    """(N, T, 6) in m/s² and rad/s to (N, 11, T), all of order one.

    Gravity is the acceleration through a Gaussian low-pass (sigma 0.24 s at 50 Hz): it tells the
    limb's attitude. The lengths do not change when the sensor sits askew.
    """

    scale: Tensor
    low_pass: Tensor

    def __init__(self) -> None:
        super().__init__()
        sigma = _SIGMA_S * _RATE_HZ
        reach = round(3 * sigma)
        kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1.0) / sigma) ** 2)
        self.register_buffer('scale', torch.tensor(SCALE), persistent=False)
        self.register_buffer('low_pass', (kernel / kernel.sum())[None, None], persistent=False)

    def forward(self, windows: Tensor) -> Tensor:
        """Derive the channels of windows (N, T, 6), any T."""
        x = (windows / self.scale).transpose(1, 2)  # (N, 6, T)
        n, _, t = x.shape
        reach = self.low_pass.shape[2] // 2
        padded = functional.pad(x[:, :3], (reach, reach), mode='replicate')
        gravity = functional.conv1d(padded.reshape(n * 3, 1, -1), self.low_pass).view(n, 3, t)
        lengths = [x[:, :3].norm(dim=1, keepdim=True), x[:, 3:].norm(dim=1, keepdim=True)]
        return torch.cat([x, gravity, *lengths], dim=1)
