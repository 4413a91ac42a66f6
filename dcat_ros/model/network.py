"""The network of one sensor: stem, self-attention, classifier, and fixed-kernel features beside.

    window (N, T, C) ─┬─► stem ─► tokens ─► self-attention ─► pool ─► linear ─► softmax ─┐
                      └─► fixed-kernel features (optional) ─► linear ─► softmax ─────────┴► mean

Both branches give probabilities, and their mean counts: they err in different places.
"""

import torch
from torch import Tensor, nn

from dcat_ros.model.attention import PooledClassifier, SelfAttentionBlock
from dcat_ros.model.card import NetworkSpec
from dcat_ros.model.ppv import N_FEATURES, PpvFeatures
from dcat_ros.model.stem import ImuStem

__all__ = ['ActivityNet']


class ActivityNet(nn.Module):
    """Encoder and classifier of one sensor.

    Args:
        spec: sizes.
        n_channels: C, values per sample.
        n_classes: number of labels.
    """

    def __init__(self, spec: NetworkSpec, n_channels: int, n_classes: int):
        super().__init__()
        self.stem = ImuStem(n_channels, spec.width)
        self.attention = SelfAttentionBlock(spec.width, spec.d_attention, spec.dropout)
        self.head = PooledClassifier(spec.width, n_classes, spec.dropout)
        self.ppv: PpvFeatures | None = None
        if spec.ppv:
            self.ppv = PpvFeatures()
            self.ppv_head = nn.Linear(N_FEATURES, n_classes)

    def logits(self, windows: Tensor) -> Tensor:
        """Logits (N, classes) of the attention branch alone, for windows (N, T, C)."""
        attended = self.attention(self.stem(windows))
        logits: Tensor = self.head(attended.tokens)
        return logits

    def forward(self, windows: Tensor) -> Tensor:
        """Log-probabilities (N, classes) of windows (N, T, C) in the units of the message."""
        log_p = self.logits(windows).log_softmax(dim=1)
        if self.ppv is None:
            return log_p
        other = self.ppv_head(self.ppv(windows)).log_softmax(dim=1)
        return torch.logaddexp(log_p, other) - torch.log(torch.tensor(2.0))
