"""D-CAT's alignment loss: for the trainer here, and for a training loop of one's own.

    from dcat_ros.training.alignment import cross_attention_alignment

    loss = cross_entropy + 10 * cross_attention_alignment(k_source, v_source, k_target, v_target)

Source: "D-CAT: Decoupled Cross-Attention Transfer between Sensor Modalities for Unimodal
Inference" (ICRA 2026, arXiv 2509.09747) describes it in words: the target's attention should give
what its queries would read from the source's keys and values. With attention in the form
softmax_d(Q) [softmax_L(K)^T V] (Z. Shen et al., "Efficient attention", WACV 2021) the queries
factor out, and what is left are the two memories. The normalisation is not given there; ours
divides by the Frobenius norm.
"""

import torch
from torch import Tensor

__all__ = ['cross_attention_alignment', 'explicit_cross_attention', 'memory', 'memory_distance']

_EPS = 1e-8


def memory(key: Tensor, value: Tensor) -> Tensor:
    """What a self-attention block can be asked for: softmax_L(K)^T V.

    Args:
        key: (N, L, d), before the softmax over the L positions.
        value: (N, L, d).

    Returns:
        (N, d, d), whatever the length L.
    """
    memories: Tensor = key.softmax(dim=1).transpose(1, 2) @ value
    return memories


def _normalised(memories: Tensor) -> Tensor:
    """Memories (N, d, d) divided by their Frobenius norms."""
    norms = memories.flatten(1).norm(dim=1).clamp_min(_EPS)
    unit: Tensor = memories / norms[:, None, None]
    return unit


def cross_attention_alignment(
    k_source: Tensor,
    v_source: Tensor,
    k_target: Tensor,
    v_target: Tensor,
    *,
    centred: bool = False,
    source_mean: Tensor | None = None,
) -> Tensor:
    """How far the target's memories are from those of its partners in the source.

    The mean over the pairs of ``|| n(M_t) - n(M_s) ||_F`` with ``M = softmax_L(K)^T V`` and
    ``n(M) = M / ||M||_F``. Centred, the mean of the batch is taken from the target's memories, and
    `source_mean` from the source's, before they are normalised: what is common to all recordings
    says nothing of the activity.

    The gradient flows into the target alone.

    Args:
        k_source: keys of the frozen source, (N, L_s, d), before the softmax.
        v_source: its values, (N, L_s, d).
        k_target: keys of the target, (N, L_t, d), before the softmax; row i is the same moment as
            row i of the source. L_t may differ from L_s.
        v_target: its values, (N, L_t, d).
        centred: see above.
        source_mean: mean memory of the source over the training set, (d, d); the batch's mean
            without it.

    Returns:
        A scalar between 0 and 2.

    Raises:
        ValueError: the shapes do not fit.
    """
    _check(k_source, v_source, 'source')
    _check(k_target, v_target, 'target')
    if k_source.shape[0] != k_target.shape[0]:
        raise ValueError(
            f'{k_source.shape[0]} source items do not pair with {k_target.shape[0]} target items'
        )
    if k_source.shape[2] != k_target.shape[2]:
        raise ValueError(
            f'the source has d = {k_source.shape[2]} and the target d = {k_target.shape[2]}; '
            'D-CAT needs one d for all modalities'
        )
    d = k_source.shape[2]
    if source_mean is not None and source_mean.shape != (d, d):
        raise ValueError(f'source_mean must be ({d}, {d}), not {tuple(source_mean.shape)}')
    with torch.no_grad():
        source = memory(k_source, v_source)
        if centred:
            source = source - (source.mean(dim=0) if source_mean is None else source_mean)
    target = memory(k_target, v_target)
    if centred:
        target = target - target.mean(dim=0)
    return memory_distance(source, target)


def memory_distance(source: Tensor, target: Tensor) -> Tensor:
    """Mean over the pairs of the distance between normalised memories (N, d, d)."""
    difference = _normalised(target) - _normalised(source.detach())
    # the gradient of a norm at zero is no number: equal memories are no reason to stop
    squares: Tensor = difference.flatten(1).square().sum(dim=1)
    return (squares + _EPS**2).sqrt().mean()


def explicit_cross_attention(
    q_source: Tensor, k_source: Tensor, v_source: Tensor, k_target: Tensor, v_target: Tensor
) -> Tensor:
    """The same idea with the source's queries and ordinary attention, for comparison.

    The mean square of ``attention(Q_s, K_t, V_t) - attention(Q_s, K_s, V_s)`` relative to that of
    the latter, with ``attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V`` (A. Vaswani et al., 2017).

    Args:
        q_source: queries of the frozen source, (N, L_s, d).
        k_source: its keys, (N, L_s, d).
        v_source: its values, (N, L_s, d).
        k_target: keys of the target, (N, L_t, d).
        v_target: its values, (N, L_t, d).

    Returns:
        A scalar; the gradient flows into the target alone.

    Raises:
        ValueError: the shapes do not fit.
    """
    _check(k_source, v_source, 'source')
    _check(k_target, v_target, 'target')
    _check(q_source, v_source, 'source')
    if q_source.shape[::2] != k_target.shape[::2]:
        raise ValueError(f'queries {tuple(q_source.shape)} do not fit keys {tuple(k_target.shape)}')
    with torch.no_grad():
        wanted = _attention(q_source, k_source, v_source)
    got = _attention(q_source.detach(), k_target, v_target)
    return (got - wanted).square().mean() / wanted.square().mean().clamp_min(_EPS)


def _attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    scores = query @ key.transpose(1, 2) / query.shape[2] ** 0.5
    read: Tensor = scores.softmax(dim=2) @ value
    return read


def _check(key: Tensor, value: Tensor, whose: str) -> None:
    if key.ndim != 3 or key.shape != value.shape:
        raise ValueError(
            f'the {whose} must have two tensors of one shape (N, L, d), not '
            f'{tuple(key.shape)} and {tuple(value.shape)}'
        )
