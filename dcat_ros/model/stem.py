"""Convolution stems: from a sensor's window to tokens."""

import torch
from torch import Tensor, nn

from dcat_ros.modalities import imu

__all__ = ['ImuStem']


class _Conv(nn.Sequential):
    """Convolution, batch normalisation, GELU."""

    def __init__(self, n_in: int, n_out: int, kernel: int, *, stride: int = 1, dilation: int = 1):
        super().__init__(
            nn.Conv1d(
                n_in,
                n_out,
                kernel,
                stride=stride,
                dilation=dilation,
                padding=dilation * (kernel // 2),
                bias=False,
            ),
            nn.BatchNorm1d(n_out),
            nn.GELU(),
        )


class ImuStem(nn.Module):
    """Two halvings of the rate, each followed by a residual convolution.

    Args:
        n_channels: C, values per sample.
        width: D, channels of a token.
    """

    scale: Tensor

    def __init__(self, n_channels: int, width: int):
        super().__init__()
        self.register_buffer('scale', torch.tensor(imu.SCALE[:n_channels]))
        self.first = _Conv(n_channels, 48, 7, stride=2)
        self.first_residual = _Conv(48, 48, 5)
        self.second = _Conv(48, 64, 5, stride=2)
        self.second_residual = _Conv(64, 64, 3, dilation=2)
        self.to_tokens = nn.Conv1d(64, width, 1)

    def forward(self, windows: Tensor) -> Tensor:
        """Tokens (N, T / 4, D) of windows (N, T, C) in m/s² and rad/s."""
        x = (windows / self.scale).transpose(1, 2)  # (N, C, T)
        x = self.first(x)
        x = x + self.first_residual(x)
        x = self.second(x)
        x = x + self.second_residual(x)
        tokens: Tensor = self.to_tokens(x)
        return tokens.transpose(1, 2)
