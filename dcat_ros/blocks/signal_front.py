"""The front of most networks: convolutions along time, from windows to tokens."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dcat_ros.blocks.conv import ConvBlock

__all__ = ['SignalFront']


class SignalFront(nn.Module):
    """Two halvings of the rate, each followed by a residual convolution.

    Args:
        n_values: C, values of a sample.
        scale: (C,), what each is divided by.
        width: D, channels of a token.
    """

    scale: Tensor

    def __init__(self, n_values: int, scale: Sequence[float], width: int):
        super().__init__()
        self.register_buffer('scale', torch.tensor(scale))
        self.first = ConvBlock(n_values, 48, 7, stride=2)
        self.first_residual = ConvBlock(48, 48, 5)
        self.second = ConvBlock(48, 64, 5, stride=2)
        self.second_residual = ConvBlock(64, 64, 3, dilation=2)
        self.to_tokens = nn.Conv1d(64, width, 1)

    def forward(self, windows: Tensor) -> Tensor:
        """Tokens (N, T / 4, D) of windows (N, T, C) in the sensor's units."""
        x = (windows / self.scale).transpose(1, 2)  # (N, C, T)
        x = self.first(x)
        x = x + self.first_residual(x)
        x = self.second(x)
        x = x + self.second_residual(x)
        tokens: Tensor = self.to_tokens(x)
        return tokens.transpose(1, 2)
