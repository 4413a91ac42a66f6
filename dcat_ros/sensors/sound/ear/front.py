"""The front of the ear's network: from the tagger's last feature map to our tokens."""

from torch import Tensor, nn

from dcat_ros.sensors.sound.ear.tagger import N_CHANNELS, N_GROUPS

__all__ = ['EarFront']

#: Of what the tagger says, dropped in training: it says more than a few hundred sources can teach.
_DROPOUT = 0.3


class EarFront(nn.Module):
    """Four groups of bands beside each other, to tokens of 320 ms.

    Args:
        width: D, channels of a token.
    """

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(N_CHANNELS * N_GROUPS)
        self.dropout = nn.Dropout(_DROPOUT)
        self.to_tokens = nn.Linear(N_CHANNELS * N_GROUPS, width)

    def forward(self, encoded: Tensor) -> Tensor:
        """Tokens (N, L, D) of what the tagger gives (N, L, 1536)."""
        tokens: Tensor = self.to_tokens(self.dropout(self.norm(encoded)))
        return tokens
