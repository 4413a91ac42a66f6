"""The network of one sensor: stem, self-attention, classifier, and fixed-kernel features beside.

    window ─┬─► stem ─► tokens ─► self-attention ─► pool ─► linear ─► log p ─┬─► weighted sum
            └─► fixed-kernel features ─► linear ─► log p ────────────────────┘

The layer on the features is found in closed form, or there are two, trained by steps with the
network. A whole recording of one activity goes the same ways at its own length, but for the layer
in closed form: another one was fitted on whole recordings, stretched to one length.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from dcat_ros.blocks.attention import Attended, PooledClassifier, SelfAttentionBlock
from dcat_ros.blocks.features import FixedFeatures
from dcat_ros.card.card import NetworkSpec
from dcat_ros.sensors.sensor import Sensor

__all__ = ['ActivityNet', 'Outputs']


class Outputs(NamedTuple):
    """What the attention branch gives; transfer compares these between two sensors.

    Attributes:
        logits: (N, classes).
        features: (N, 2 D), pooled tokens before the linear layer.
        attended: tokens, queries, keys and values.
    """

    logits: Tensor
    features: Tensor
    attended: Attended


class ActivityNet(nn.Module):
    """Encoder and classifier of one sensor.

    Args:
        spec: sizes.
        sensor: whose front and features it has.
        n_classes: number of labels.
    """

    def __init__(self, spec: NetworkSpec, sensor: Sensor, n_classes: int):
        super().__init__()
        self.spec = spec
        self.sensor = sensor
        self.stem = sensor.front(sensor, spec.width)
        self.attention = SelfAttentionBlock(spec.width, spec.d_attention, spec.dropout)
        self.head = PooledClassifier(spec.width, n_classes, spec.dropout)
        if spec.ppv and sensor.features is not None:
            self.ppv: FixedFeatures = sensor.features()
            self.ppv_head = _feature_head(spec, self.ppv.n_features, n_classes)
        if spec.names_whole:
            self.segment_head = nn.Linear(self.ppv.n_features, n_classes)

    def outputs(self, windows: Tensor) -> Outputs:
        """All that the attention branch gives for windows (N, T, C), any T."""
        attended: Attended = self.attention(self.stem(windows))
        features = self.head.pool(attended.tokens)
        return Outputs(self.head(features), features, attended)

    @property
    def steps_on_features(self) -> bool:
        """Whether the layers on the fixed features are trained by steps."""
        return self.spec.ppv and self.spec.ppv_hidden > 0

    def feature_logits(self, windows: Tensor) -> Tensor:
        """Logits (N, classes) of the fixed features of windows (N, T, C), any T."""
        out: Tensor = self.ppv_head(self.ppv(windows))
        return out

    def logits(self, windows: Tensor) -> Tensor:
        """Logits (N, classes) of the attention branch alone, for windows (N, T, C), any T."""
        return self.outputs(windows).logits

    def forward(self, windows: Tensor) -> Tensor:
        """Log-probabilities (N, classes) of windows (N, T, C) in the units of the message."""
        log_p = self.logits(windows).log_softmax(dim=1)
        return self.weighed(log_p, self.feature_logits(windows)) if self.spec.ppv else log_p

    def weighed(self, log_p: Tensor, feature_logits: Tensor) -> Tensor:
        """Log-probabilities of both branches together, (N, classes) each."""
        weight, other = self.spec.ppv_weight, feature_logits.log_softmax(dim=1)
        return ((1 - weight) * log_p + weight * other).log_softmax(dim=1)

    def segment(self, recordings: Tensor, stretched: Tensor) -> Tensor:
        """Log-probabilities (N, classes) of whole recordings of one activity each.

        Of both branches the mean of the probabilities. Only where the spec `names_whole`;
        otherwise a whole recording is a long window.

        Args:
            recordings: (N, T, C), any T.
            stretched: the same, (N, SEGMENT_LENGTH, C); see `dcat_ros.model.segment.stretched`.
        """
        log_p = self.logits(recordings).log_softmax(dim=1)
        other = self.segment_head(self.ppv(stretched)).log_softmax(dim=1)
        return torch.logaddexp(log_p, other) - math.log(2)


def _feature_head(spec: NetworkSpec, n_features: int, n_classes: int) -> nn.Module:
    if not spec.ppv_hidden:
        return nn.Linear(n_features, n_classes)
    return nn.Sequential(
        nn.Dropout(spec.dropout),
        nn.Linear(n_features, spec.ppv_hidden),
        nn.GELU(),
        nn.Dropout(spec.dropout),
        nn.Linear(spec.ppv_hidden, n_classes),
    )
