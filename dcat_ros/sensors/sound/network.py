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
from dcat_ros.sensors.sound.front import SoundFront, as_trained
from dcat_ros.sensors.sound.statistics import N_STATISTICS, Statistics, front

__all__ = ['SoundNet', 'SoundOutputs']

_HEADS = 4
_HIDDEN = 128


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


class SoundNet(SoundFront):
    """Names what is heard in a window, or in a whole recording, of log-mel.

    Args:
        spec: `width` of a token, and `dropout`; the other sizes are fixed.
        sensor: sound.
        n_classes: number of labels.
    """

    def __init__(self, spec: NetworkSpec, sensor: Sensor, n_classes: int):
        super().__init__(sensor, spec.width)
        self.spec = spec
        self.sensor = sensor
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
        x = self.tokens(frames)
        normed = self.norm(x)
        x = x + self.attention(normed, normed, normed, need_weights=False)[0]
        x = x + self.feed_forward(x)
        pooled = torch.cat([x.mean(dim=1), x.std(dim=1, correction=0), x.amax(dim=1)], dim=1)
        tokens = self.head(pooled)
        counted = self.of_statistics(self.statistics(frames, level))
        return SoundOutputs(tokens + counted, tokens, counted)

    def forward(self, windows: Tensor) -> Tensor:
        """Log-probabilities (N, classes) of windows (N, T, 64) in dB, any T; see `as_trained`."""
        return self.outputs(as_trained(windows)).logits.log_softmax(dim=1)

    def segment(self, recordings: Tensor) -> Tensor:
        """The same of whole recordings (N, T, 64) of one activity each, at their own length."""
        out: Tensor = self(recordings)
        return out
