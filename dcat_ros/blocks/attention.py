"""The self-attention block that every modality shares; it exposes Q, K and V for alignment.

    tokens (N, L, D) ─► norm ─► Q, K, V (N, L, d) ─► softmax_d(Q) · [softmax_L(K)ᵀ V] ─► +
    ─► feed-forward ─► +

The bracket is the block's memory, d x d whatever the length L: what D-CAT aligns between
sensors. (Form of attention: Z. Shen et al., "Efficient attention", WACV 2021, equation 4.)
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

__all__ = ['Attended', 'SelfAttentionBlock']


class Attended(NamedTuple):
    """What the block gives.

    Attributes:
        tokens: (N, L, D).
        query: (N, L, d), before the softmax.
        key: (N, L, d), before the softmax.
        value: (N, L, d).
    """

    tokens: Tensor
    query: Tensor
    key: Tensor
    value: Tensor


class SelfAttentionBlock(nn.Module):
    """One head of self-attention and a feed-forward layer, both residual.

    Args:
        width: D, channels of a token.
        d_attention: d, channels of query, key and value.
        dropout: share of activations dropped in training.
    """

    def __init__(self, width: int, d_attention: int, dropout: float):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, d_attention)
        self.key = nn.Linear(width, d_attention)
        self.value = nn.Linear(width, d_attention)
        self.out = nn.Linear(d_attention, width)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 2 * width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(2 * width, width),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor) -> Attended:
        """Attend over all tokens.

        Args:
            tokens: (N, L, D), any L.
        """
        x = self.norm(tokens)
        query, key, value = self.query(x), self.key(x), self.value(x)
        memory = key.softmax(dim=1).transpose(1, 2) @ value  # (N, d, d)
        read = query.softmax(dim=2) @ memory  # (N, L, d)
        tokens = tokens + self.dropout(self.out(read))
        tokens = tokens + self.dropout(self.feed_forward(tokens))
        return Attended(tokens, query, key, value)


class PooledClassifier(nn.Module):
    """Mean and maximum over the tokens, then a linear layer: the head of every modality.

    Args:
        width: D, channels of a token.
        n_classes: number of classes.
        dropout: share of pooled features dropped in training.
    """

    def __init__(self, width: int, n_classes: int, dropout: float):
        super().__init__()
        self.norm = nn.LayerNorm(2 * width)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(2 * width, n_classes)

    def pool(self, tokens: Tensor) -> Tensor:
        """Features (N, 2 D) of tokens (N, L, D)."""
        pooled = torch.cat([tokens.mean(dim=1), tokens.amax(dim=1)], dim=1)
        features: Tensor = self.norm(pooled)
        return features

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, n_classes) of pooled features (N, 2 D)."""
        logits: Tensor = self.linear(self.dropout(features))
        return logits
