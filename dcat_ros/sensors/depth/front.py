"""The front of a depth camera's network: from frames to tokens."""

import torch
from torch import Tensor, nn

from dcat_ros.blocks.conv import ConvBlock
from dcat_ros.sensors.sensor import Sensor

__all__ = ['FrameFront']


class FrameFront(nn.Module):
    """Each frame, with its change since the one before, to a token; then two steps along time.

    Args:
        sensor: its channels, scale and the size of its frames.
        width: D, channels of a token.
    """

    scale: Tensor

    def __init__(self, sensor: Sensor, width: int):
        super().__init__()
        self.shape = (len(sensor.channels), sensor.size or 1, sensor.size or 1)
        self.register_buffer('scale', torch.tensor(sensor.scale)[:, None, None])
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
        self.first = ConvBlock(width, width, 3)
        self.second = ConvBlock(width, width, 3, dilation=2)

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
