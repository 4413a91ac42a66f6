"""The front of sound: from log-mel rows to tokens of 80 ms, without the window's level."""

import torch
from torch import Tensor, nn

from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound.statistics import between, front

__all__ = ['SoundFront', 'as_trained']

_CHANNELS = (24, 48, 96, 144)
#: Steps along (time, bands): 64 bands become 4, and 20 ms a token of 80 ms.
_STRIDES = ((2, 2), (2, 2), (1, 2), (1, 2))
_STEPS, _ROWS = 11, 10  # a tenth faster


class SoundFront(nn.Module):
    """Four convolutions over time and bands.

    Args:
        sensor: sound.
        width: D, channels of a token.
    """

    def __init__(self, sensor: Sensor, width: int):
        super().__init__()
        blocks: list[nn.Module] = []
        n_in = 2
        for n_out, stride in zip(_CHANNELS, _STRIDES, strict=True):
            blocks += [
                nn.Conv2d(n_in, n_out, 3, stride=stride, padding=1, bias=False),
                nn.BatchNorm2d(n_out),
                nn.ReLU(inplace=True),
            ]
            n_in = n_out
        # torch's annotations of Module.to lack memory_format
        self.convolutions = nn.Sequential(*blocks).to(  # type: ignore[call-overload]
            memory_format=torch.channels_last
        )
        self.to_tokens = nn.Linear(n_in * (len(sensor.channels) // 16), width)

    def tokens(self, frames: Tensor) -> Tensor:
        """Tokens (N, L, D) of frames (N, T / 2, 64) without level."""
        # a hum that goes on for all the window, and what is heard beside it
        x = torch.stack([frames, frames - frames.mean(dim=1, keepdim=True)], dim=1)
        x = self.convolutions(x)  # (N, channels, L, bands)
        tokens: Tensor = self.to_tokens(x.permute(0, 2, 1, 3).flatten(2))
        return tokens

    def forward(self, windows: Tensor) -> Tensor:
        """Tokens (N, T / 8, D) of windows (N, T, 64) in dB, any T; see `as_trained`."""
        frames, _ = front(windows if self.training else as_trained(windows))
        return self.tokens(frames)


def as_trained(windows: Tensor) -> Tensor:
    """Read rows in the way in which training does, a little faster.

    It plays its windows at random speeds and so between the rows, which makes them smoother than
    rows are.
    """
    return between(windows, _STEPS, _ROWS)
