"""The statistics of a window of sound as fixed features beside a network."""

import torch
from torch import Tensor

from dcat_ros.blocks.features import FixedFeatures
from dcat_ros.sensors.sound.front import as_trained
from dcat_ros.sensors.sound.statistics import N_STATISTICS, Statistics, front

__all__ = ['SoundFeatures']

_BATCH = 256


class SoundFeatures(FixedFeatures):
    """See `Statistics`; standardised."""

    n_features = N_STATISTICS
    mean: Tensor  # (features,)
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.statistics = Statistics()
        self.register_buffer('mean', torch.zeros(N_STATISTICS))
        self.register_buffer('deviation', torch.ones(N_STATISTICS))

    @torch.no_grad()
    def fit(self, windows: Tensor, generator: torch.Generator) -> None:
        """Take the scale of the statistics from training windows (N, T, 64) in dB."""
        found = torch.cat([self.statistics(*front(batch)) for batch in windows.split(_BATCH)])
        self.mean.copy_(found.mean(0))
        self.deviation.copy_(found.std(0).clamp_min(1e-3))

    def forward(self, windows: Tensor) -> Tensor:
        """Standardised features (N, n_features) of windows (N, T, 64) in dB, any T."""
        frames, level = front(windows if self.training else as_trained(windows))
        features: Tensor = (self.statistics(frames, level) - self.mean) / self.deviation
        return features
