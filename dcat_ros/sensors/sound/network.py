"""The network of sound: from log-mel rows to log-probabilities of any length of it.

    dB rows ─► 20 ms, no level ─┬─► convolutions ─► self-attention ─► pool ─► linear ─┬─► sum
                                └─► statistics ─► two layers ─────────────────────────┘

The stream gives the same rows whatever the network makes of them, so all that needs the whole
window (level, floor, statistics) happens here.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from dcat_ros.card.card import NetworkSpec
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound.statistics import N_STATISTICS, Statistics, between, front

__all__ = ['SoundNet', 'SoundOutputs']

_CHANNELS = (24, 48, 96, 144)
#: Steps along (time, bands): 64 bands become 4, and 20 ms a token of 80 ms.
_STRIDES = ((2, 2), (2, 2), (1, 2), (1, 2))
_HEADS = 4
_HIDDEN = 128
_SPEED = 1.1


class SoundOutputs(NamedTuple):
    """What the network gives.

    Attributes:
        logits: (N, classes), the sum of both branches'.
        tokens: (N, classes), of the branch that attends.
        statistics: (N, classes), of the branch that counts.
    """

    logits: Tensor
    tokens: Tensor
    statistics: Tensor


class SoundNet(nn.Module):
    """Names what is heard in a window, or in a whole recording, of log-mel.

    Args:
        spec: `width` of a token, and `dropout`; the other sizes are fixed.
        sensor: sound.
        n_classes: number of labels.
    """

    def __init__(self, spec: NetworkSpec, sensor: Sensor, n_classes: int):
        super().__init__()
        self.spec = spec
        self.sensor = sensor
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
        bands = len(sensor.channels) // 16
        self.to_tokens = nn.Linear(n_in * bands, spec.width)
        self.norm = nn.LayerNorm(spec.width)
        self.attention = nn.MultiheadAttention(
            spec.width, _HEADS, dropout=spec.dropout, batch_first=True
        )
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(spec.width),
            nn.Linear(spec.width, 2 * spec.width),
            nn.GELU(),
            nn.Dropout(spec.dropout),
            nn.Linear(2 * spec.width, spec.width),
        )
        self.head = nn.Sequential(
            nn.LayerNorm(3 * spec.width),
            nn.Dropout(spec.dropout),
            nn.Linear(3 * spec.width, n_classes),
        )
        self.statistics = Statistics()
        self.of_statistics = nn.Sequential(
            nn.BatchNorm1d(N_STATISTICS),
            nn.Dropout(spec.dropout),
            nn.Linear(N_STATISTICS, _HIDDEN),
            nn.GELU(),
            nn.Dropout(spec.dropout),
            nn.Linear(_HIDDEN, n_classes),
        )

    def outputs(self, windows: Tensor) -> SoundOutputs:
        """Logits of both branches for windows (N, T, 64) in dB, any T."""
        frames, level = front(windows)  # (N, T / 2, 64), (N,)
        # a hum that goes on for all the window, and what is heard beside it
        x = torch.stack([frames, frames - frames.mean(dim=1, keepdim=True)], dim=1)
        x = self.convolutions(x)  # (N, channels, L, bands)
        x = self.to_tokens(x.permute(0, 2, 1, 3).flatten(2))  # (N, L, D)
        normed = self.norm(x)
        x = x + self.attention(normed, normed, normed, need_weights=False)[0]
        x = x + self.feed_forward(x)
        pooled = torch.cat([x.mean(dim=1), x.std(dim=1, correction=0), x.amax(dim=1)], dim=1)
        tokens = self.head(pooled)
        counted = self.of_statistics(self.statistics(frames, level))
        return SoundOutputs(tokens + counted, tokens, counted)

    def forward(self, windows: Tensor) -> Tensor:
        """Log-probabilities (N, classes) of windows (N, T, 64) in dB, any T.

        Training plays its windows at random speeds and so between the rows, which makes them
        smoother than rows are; here they are read in the same way, a little faster.
        """
        return self.outputs(between(windows, _SPEED)).logits.log_softmax(dim=1)

    def segment(self, recordings: Tensor) -> Tensor:
        """The same of whole recordings (N, T, 64) of one activity each, at their own length."""
        out: Tensor = self(recordings)
        return out
