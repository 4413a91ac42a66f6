"""What fixed features beside a network are: they are fitted once, and no gradient changes them."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

__all__ = ['FixedFeatures']


class FixedFeatures(nn.Module, ABC):
    """From windows to features that do not depend on the windows' length."""

    #: Features of a window.
    n_features: int

    @abstractmethod
    def fit(self, windows: Tensor, generator: torch.Generator) -> None:
        """Take whatever is fitted from training windows (N, T, C)."""

    @abstractmethod
    def forward(self, windows: Tensor) -> Tensor:
        """Standardised features (N, n_features) of windows (N, T, C), any T."""
