"""The transfer losses by name: D-CAT, and its rivals at the same budget.

Each compares what the target gives for a batch with what the frozen source gave for the same
moments. All take the same two records, so that a sum of methods is a sum of losses.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from dcat_ros.model.network import Outputs
from dcat_ros.training.alignment import explicit_cross_attention, memory, memory_distance
from dcat_ros.training.source import SourceOutputs, token_gram

__all__ = ['LOSSES', 'TransferLoss']

_EPS = 1e-8


class TransferLoss(nn.Module):
    """Base of the losses; may hold layers that only training needs.

    Args:
        pool: what the source gave for the whole training set.
        n_features: 2 D, pooled features of the target.

    Attributes:
        needs: what of the source's outputs it compares.
        same_size: that must have the target's size; what is projected may have any.
    """

    needs: ClassVar[tuple[str, ...]] = ()
    same_size: ClassVar[bool] = True

    def __init__(self, pool: SourceOutputs, n_features: int):
        super().__init__()
        self.pool = pool

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """A scalar.

        Args:
            target: outputs of N items.
            source: the source's for the same N items.
        """
        raise NotImplementedError


class Dcat(TransferLoss):
    """Plain D-CAT: see `cross_attention_alignment`."""

    needs = ('memory',)

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Distance of the memories."""
        return memory_distance(source.memory, _memory(target))


class DcatCentred(TransferLoss):
    """D-CAT on memories without what all recordings have in common."""

    needs = ('memory',)

    def __init__(self, pool: SourceOutputs, n_features: int):
        super().__init__(pool, n_features)
        self.mean = pool.memory.mean(dim=0)

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Distance of the centred memories."""
        memories = _memory(target)
        return memory_distance(source.memory - self.mean, memories - memories.mean(dim=0))


class DcatRelational(DcatCentred):
    """The cosines between the centred memories of a batch, instead of the memories themselves.

    The target need not find the source's axes: it only has to tell the same recordings apart
    (relational matching as in W. Park et al., CVPR 2019, of what D-CAT aligns).
    """

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Mean square difference of the cosines."""
        memories = _memory(target)
        found = _cosines((memories - memories.mean(dim=0)).flatten(1))
        wanted = _cosines((source.memory - self.mean).flatten(1))
        return functional.mse_loss(found, wanted)


class DcatExplicit(TransferLoss):
    """The source's queries on both sensors' keys and values: see `explicit_cross_attention`."""

    needs = ('query', 'key', 'value')

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Relative square distance of what is read."""
        attended = target.attended
        return explicit_cross_attention(
            source.query, source.key, source.value, attended.key, attended.value
        )


class Kd(TransferLoss):
    """Soft labels (G. Hinton, O. Vinyals, J. Dean, 2015): T^2 KL(p_s^(1/T) || p_t^(1/T)), T = 2.

    Where one of them has `rest` behind the labels of the other, they are compared without it.
    """

    needs = ('logits',)

    temperature = 2.0

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Divergence of the softened probabilities."""
        t, shared = self.temperature, min(source.logits.shape[1], target.logits.shape[1])
        found = (target.logits[:, :shared] / t).log_softmax(dim=1)
        wanted = (source.logits[:, :shared] / t).log_softmax(dim=1)
        divergence = functional.kl_div(found, wanted, reduction='batchmean', log_target=True)
        return t * t * divergence


class Feature(TransferLoss):
    """Pooled features through a learned linear layer (A. Romero et al., "FitNets", 2015)."""

    needs = ('features',)
    same_size = False

    def __init__(self, pool: SourceOutputs, n_features: int):
        super().__init__(pool, n_features)
        self.project = nn.Linear(n_features, pool.features.shape[1])
        self.mean = pool.features.mean(dim=0)
        self.scale = pool.features.std(dim=0).clamp_min(1e-3)

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Mean square difference from the standardised features of the source."""
        wanted = (source.features - self.mean) / self.scale
        return functional.mse_loss(self.project(target.features), wanted)


class Rkd(TransferLoss):
    """Relations in the batch (W. Park et al., "Relational knowledge distillation", CVPR 2019).

    Distances and angles, weighted 1 to 2 as there.
    """

    needs = ('features',)
    same_size = False

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Huber losses of relative distances and of angles."""
        found, wanted = target.features, source.features
        distance = functional.smooth_l1_loss(_distances(found), _distances(wanted))
        angle = functional.smooth_l1_loss(_angles(found), _angles(wanted))
        return distance + 2 * angle


class Coral(TransferLoss):
    """Covariances of the features (B. Sun, K. Saenko, "Deep CORAL", 2016)."""

    needs = ('features',)

    def __init__(self, pool: SourceOutputs, n_features: int):
        super().__init__(pool, n_features)
        self.covariance = pool.features.T.cov()

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Squared Frobenius distance over that of the source's covariance."""
        difference = target.features.T.cov() - self.covariance
        return difference.square().sum() / self.covariance.square().sum()


class Gram(TransferLoss):
    """Normalised D x D Gram matrices of the tokens (after L. Gatys et al., 2016)."""

    needs = ('gram',)

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Distance of the matrices."""
        return memory_distance(source.gram, token_gram(target.attended.tokens))


class InfoNce(TransferLoss):
    """A recording's partner among the batch's (Y. Tian et al., "CMC", ECCV 2020), tau 0.1."""

    needs = ('features',)
    same_size = False

    temperature = 0.1
    width = 64

    def __init__(self, pool: SourceOutputs, n_features: int):
        super().__init__(pool, n_features)
        self.of_target = nn.Linear(n_features, self.width)
        self.of_source = nn.Linear(pool.features.shape[1], self.width)

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Cross-entropy in both directions."""
        a = functional.normalize(self.of_target(target.features), dim=1)
        b = functional.normalize(self.of_source(source.features), dim=1)
        scores = a @ b.T / self.temperature
        own = torch.arange(len(scores))
        return (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2


class Contrast(TransferLoss):
    """A recording's partner among the batch's, found in the source's own space of features.

    InfoNCE (A. van den Oord et al., 2018) of -|t - s|^2 / (tau F), the F features standardised as
    the source's are, tau 0.1. Nothing is projected, so that the source's last layer fits the
    target's features: what C3T (arXiv 2407.16803) does with two encoders.
    """

    needs = ('features',)

    temperature = 0.1

    def __init__(self, pool: SourceOutputs, n_features: int):
        super().__init__(pool, n_features)
        self.mean = pool.features.mean(dim=0)
        self.scale = pool.features.std(dim=0).clamp_min(1e-3)

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Cross-entropy in both directions."""
        found = (target.features - self.mean) / self.scale
        wanted = (source.features - self.mean) / self.scale
        squares = (found[:, None] - wanted[None]).square().mean(dim=2)
        scores = -squares / self.temperature
        own = torch.arange(len(scores))
        return (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2


class ContrastTokens(TransferLoss):
    """A recording's partner among the batch's, found at each of its tokens for itself.

    As `Contrast`, of tokens in place of what is pooled of them: a set of temporal vectors, as in
    C3T (arXiv 2407.16803), so that time is kept. The longer set is averaged to the shorter one's
    length.
    """

    needs = ('tokens',)

    temperature = 0.1

    def __init__(self, pool: SourceOutputs, n_features: int):
        super().__init__(pool, n_features)
        self.mean = pool.tokens.mean(dim=(0, 1))
        self.scale = pool.tokens.std(dim=(0, 1)).clamp_min(1e-3)

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Mean over the tokens of the cross-entropy in both directions."""
        found, wanted = target.attended.tokens, source.tokens
        length = min(found.shape[1], wanted.shape[1])
        found, wanted = (
            functional.adaptive_avg_pool1d(x.transpose(1, 2), length).permute(2, 0, 1)
            for x in ((x - self.mean) / self.scale for x in (found, wanted))
        )
        squares = torch.cdist(found, wanted).square() / found.shape[2]
        scores = (-squares / self.temperature).flatten(0, 1)
        back = (-squares / self.temperature).transpose(1, 2).flatten(0, 1)
        own = torch.arange(found.shape[1]).repeat(length)
        return (functional.cross_entropy(scores, own) + functional.cross_entropy(back, own)) / 2


class Comodo(TransferLoss):
    """Distribution of similarities to a queue (COMODO, arXiv 2503.07259), tau 0.1 and 0.05.

    The queue holds the source's features of the whole training set: it is small enough here.
    """

    needs = ('features',)
    same_size = False

    tau_target = 0.1
    tau_source = 0.05

    def __init__(self, pool: SourceOutputs, n_features: int):
        super().__init__(pool, n_features)
        self.project = nn.Linear(n_features, pool.features.shape[1])
        self.mean = pool.features.mean(dim=0)
        self.queue = functional.normalize(pool.features - self.mean, dim=1)

    def forward(self, target: Outputs, source: SourceOutputs) -> Tensor:
        """Cross-entropy of the two distributions over the queue."""
        found = functional.normalize(self.project(target.features), dim=1) @ self.queue.T
        wanted = functional.normalize(source.features - self.mean, dim=1) @ self.queue.T
        p = (wanted / self.tau_source).softmax(dim=1)
        log_q = (found / self.tau_target).log_softmax(dim=1)
        return -(p * log_q).sum(dim=1).mean()


def _memory(target: Outputs) -> Tensor:
    return memory(target.attended.key, target.attended.value)


def _cosines(rows: Tensor) -> Tensor:
    unit = functional.normalize(rows, dim=1)
    return unit @ unit.T


def _distances(x: Tensor) -> Tensor:
    """Distances between the rows, over their mean."""
    squares = (x[:, None] - x[None]).square().sum(dim=2)
    distances = (squares + _EPS).sqrt() * (1 - torch.eye(len(x)))
    n_pairs = max(1, len(x) * (len(x) - 1))
    return distances / (distances.sum() / n_pairs).clamp_min(_EPS)


def _angles(x: Tensor) -> Tensor:
    """Cosines of the angles at each row between all pairs of others."""
    sides = functional.normalize(x[None] - x[:, None], dim=2)
    return sides @ sides.transpose(1, 2)


#: name -> loss, and the weight that it has unless the configuration says otherwise
LOSSES: dict[str, tuple[type[TransferLoss], float]] = {
    'dcat': (Dcat, 10.0),
    'dcat_centred': (DcatCentred, 10.0),
    'dcat_relational': (DcatRelational, 10.0),
    'dcat_explicit': (DcatExplicit, 1.0),
    'kd': (Kd, 1.0),
    'feature': (Feature, 1.0),
    'rkd': (Rkd, 3.0),
    'coral': (Coral, 1.0),
    'gram': (Gram, 3.0),
    'infonce': (InfoNce, 1.0),
    'contrast': (Contrast, 1.0),
    'contrast_tokens': (ContrastTokens, 1.0),
    'comodo': (Comodo, 1.0),
}
