"""Convolution stems: from a sensor's window to tokens."""

import torch
from torch import Tensor, nn

from dcat_ros.modalities.registry import Modality

__all__ = ['FrameStem', 'SignalStem', 'make_stem']


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


class SignalStem(nn.Module):
    """Two halvings of the rate, each followed by a residual convolution.

    Args:
        modality: its channels and scale.
        width: D, channels of a token.
    """

    scale: Tensor

    def __init__(self, modality: Modality, width: int):
        super().__init__()
        self.register_buffer('scale', torch.tensor(modality.scale))
        self.first = _Conv(modality.n_values, 48, 7, stride=2)
        self.first_residual = _Conv(48, 48, 5)
        self.second = _Conv(48, 64, 5, stride=2)
        self.second_residual = _Conv(64, 64, 3, dilation=2)
        self.to_tokens = nn.Conv1d(64, width, 1)

    def forward(self, windows: Tensor) -> Tensor:
        """Tokens (N, T / 4, D) of windows (N, T, C) in the modality's units."""
        x = (windows / self.scale).transpose(1, 2)  # (N, C, T)
        x = self.first(x)
        x = x + self.first_residual(x)
        x = self.second(x)
        x = x + self.second_residual(x)
        tokens: Tensor = self.to_tokens(x)
        return tokens.transpose(1, 2)


class FrameStem(nn.Module):
    """Each frame, with its change since the one before, to a token; then two steps along time.

    Args:
        modality: its channels, scale and the size of its frames.
        width: D, channels of a token.
    """

    scale: Tensor

    def __init__(self, modality: Modality, width: int):
        super().__init__()
        self.shape = (len(modality.channels), modality.size or 1, modality.size or 1)
        self.register_buffer('scale', torch.tensor(modality.scale)[:, None, None])
        # patches first, and channels last: a quarter of the time of three strided convolutions
        self.frame = nn.Sequential(
            nn.Conv2d(2 * self.shape[0], 24, 4, stride=4, bias=False),
            nn.BatchNorm2d(24),
            nn.GELU(),
            nn.Conv2d(24, 48, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(48),
            nn.GELU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(4 * 48, width),
        )
        # torch's annotations of Module.to lack memory_format
        self.frame = self.frame.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.first = _Conv(width, width, 3)
        self.second = _Conv(width, width, 3, dilation=2)

    def forward(self, windows: Tensor) -> Tensor:
        """Tokens (N, T, D) of windows (N, T, C) whose samples are flattened frames."""
        frames = windows.unflatten(2, self.shape) / self.scale  # (N, T, c, S, S)
        change = torch.diff(frames, dim=1, prepend=frames[:, :1])
        x = torch.cat([frames, 2 * change], dim=2).flatten(0, 1)
        x = self.frame(x.contiguous(memory_format=torch.channels_last))  # (N T, D)
        x = x.unflatten(0, windows.shape[:2]).transpose(1, 2)  # (N, D, T)
        x = x + self.first(x)
        x = x + self.second(x)
        tokens: Tensor = x.transpose(1, 2)
        return tokens


def make_stem(modality: Modality, width: int) -> SignalStem | FrameStem:
    """The stem that fits a modality."""
    return SignalStem(modality, width) if modality.size is None else FrameStem(modality, width)
