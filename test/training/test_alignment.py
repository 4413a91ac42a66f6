"""The loss that others may use on its own, against slow literal code in float64."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.training.alignment import (
    cross_attention_alignment,
    explicit_cross_attention,
    memory,
    memory_distance,
)

N, D = 3, 2


def tensors(n=N, lengths=(5, 7), d=D, seed=0):
    """Keys and values of source and target, in float64."""
    generator = torch.Generator().manual_seed(seed)
    source, target = lengths
    shapes = [(n, source, d)] * 2 + [(n, target, d)] * 2
    return [torch.randn(*shape, dtype=torch.float64, generator=generator) for shape in shapes]


def literal_memory(key, value):
    """One item: key and value (L, d) as nested lists, softmax over the positions."""
    n_positions, d = len(key), len(key[0])
    out = [[0.0] * d for _ in range(d)]
    for i in range(d):
        total = sum(math.exp(key[p][i]) for p in range(n_positions))
        for j in range(d):
            for p in range(n_positions):
                out[i][j] += math.exp(key[p][i]) / total * value[p][j]
    return out


def literal_alignment(k_s, v_s, k_t, v_t, centred, source_mean):
    sides = []
    for key, value, mean in ((k_s, v_s, source_mean), (k_t, v_t, None)):
        memories = [literal_memory(k, v) for k, v in zip(key.tolist(), value.tolist(), strict=True)]
        d, n = len(memories[0]), len(memories)
        if centred:
            if mean is None:
                mean = [[sum(m[i][j] for m in memories) / n for j in range(d)] for i in range(d)]
            memories = [
                [[m[i][j] - mean[i][j] for j in range(d)] for i in range(d)] for m in memories
            ]
        sides.append(memories)
    total = 0.0
    for source, target in zip(*sides, strict=True):
        norm_s = math.sqrt(sum(x * x for row in source for x in row))
        norm_t = math.sqrt(sum(x * x for row in target for x in row))
        square = 0.0
        for row_s, row_t in zip(source, target, strict=True):
            for x, y in zip(row_s, row_t, strict=True):
                square += (y / norm_t - x / norm_s) ** 2
        total += math.sqrt(square)
    return total / len(sides[0])


@pytest.mark.parametrize(
    ('centred', 'mean'), [(False, None), (True, None), (True, [[0.1, -0.2], [0.3, 0.05]])]
)
@pytest.mark.parametrize('lengths', [(5, 7), (7, 5), (4, 4), (1, 3)])
def test_alignment_is_the_literal_formula(lengths, centred, mean):
    sides = tensors(lengths=lengths)
    source_mean = None if mean is None else torch.tensor(mean, dtype=torch.float64)
    found = cross_attention_alignment(*sides, centred=centred, source_mean=source_mean)
    assert found.item() == pytest.approx(literal_alignment(*sides, centred, mean), rel=1e-9)


def test_alignment_in_float32_is_nearly_that_in_float64():
    sides = tensors(n=6, lengths=(24, 32), d=4)
    exact = cross_attention_alignment(*sides, centred=True)
    found = cross_attention_alignment(*(x.float() for x in sides), centred=True)
    assert found.item() == pytest.approx(exact.item(), rel=1e-5)


@pytest.mark.parametrize('centred', [False, True])
def test_alignment_gradient_for_the_target_is_the_numerical_one(centred):
    k_s, v_s, k_t, v_t = tensors()

    def loss(key, value):
        return cross_attention_alignment(k_s, v_s, key, value, centred=centred)

    assert torch.autograd.gradcheck(loss, (k_t.requires_grad_(), v_t.requires_grad_()))


@pytest.mark.parametrize('centred', [False, True])
def test_alignment_source_gets_no_gradient_even_if_it_asks_for_one(centred):
    sides = [x.requires_grad_() for x in tensors()]
    mean = torch.zeros(D, D, dtype=torch.float64, requires_grad=True)
    cross_attention_alignment(*sides, centred=centred, source_mean=mean).backward()
    assert sides[0].grad is sides[1].grad is mean.grad is None
    assert sides[2].grad.abs().sum() > 0
    assert sides[3].grad.abs().sum() > 0


@pytest.mark.parametrize('centred', [False, True])
@pytest.mark.parametrize('side', [0, 2])
def test_alignment_does_not_depend_on_the_order_of_the_positions(side, centred):
    sides = tensors()
    before = cross_attention_alignment(*sides, centred=centred)
    order = torch.randperm(sides[side].shape[1], generator=torch.Generator().manual_seed(1))
    assert (order != torch.arange(len(order))).any()
    for i in (side, side + 1):
        sides[i] = sides[i][:, order]
    torch.testing.assert_close(cross_attention_alignment(*sides, centred=centred), before)


@pytest.mark.parametrize('centred', [False, True])
@pytest.mark.parametrize('kind', [torch.float32, torch.float64])
def test_alignment_of_equal_memories_is_zero_with_a_finite_gradient(kind, centred):
    key, value, _, _ = (x.to(kind) for x in tensors())
    k_t, v_t = (x.clone().requires_grad_() for x in (key, value))
    loss = cross_attention_alignment(key, value, k_t, v_t, centred=centred)
    loss.backward()
    assert 0 <= loss.item() < 1e-6
    for tensor in (k_t, v_t):
        assert torch.isfinite(tensor.grad).all()


def test_alignment_of_a_lone_centred_item_and_of_zeros_is_finite():
    sides = [x[:1] for x in tensors()]
    sides[2], sides[3] = torch.zeros(1, 7, D).double(), torch.zeros(1, 7, D).double()
    for tensor in sides[2:]:
        tensor.requires_grad_()
    loss = cross_attention_alignment(*sides, centred=True)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(sides[3].grad).all()


@given(
    seed=st.integers(0, 10_000),
    lengths=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    n=st.integers(1, 5),
    factor=st.floats(0.01, 100),
    centred=st.booleans(),
)
def test_alignment_is_between_0_and_2_and_blind_to_the_scale_of_values(
    seed, lengths, n, factor, centred
):
    k_s, v_s, k_t, v_t = tensors(n, lengths, seed=seed)
    loss = cross_attention_alignment(k_s, v_s, k_t, v_t, centred=centred).item()
    assert 0 <= loss <= 2 + 1e-12
    if centred and n == 1:
        return  # nothing is left but rounding
    scaled = cross_attention_alignment(k_s, factor * v_s, k_t, v_t, centred=centred).item()
    assert scaled == pytest.approx(loss, abs=1e-5)
    scaled = cross_attention_alignment(k_s, v_s, k_t, factor * v_t, centred=centred).item()
    assert scaled == pytest.approx(loss, abs=1e-5)


def test_alignment_opposite_memories_are_2_apart():
    k, v, _, _ = tensors()
    assert cross_attention_alignment(k, v, k, -v).item() == pytest.approx(2)


def test_alignment_true_pairs_are_nearer_than_torn_ones():
    k_s, v_s, _, _ = tensors(n=8)
    order = torch.arange(8).roll(1)
    noise = 0.05 * tensors(n=8, seed=1)[1]
    near = cross_attention_alignment(k_s, v_s, k_s, v_s + noise, centred=True)
    far = cross_attention_alignment(k_s, v_s, k_s[order], (v_s + noise)[order], centred=True)
    assert near < 0.3 * far


def shaped(*shapes):
    return [torch.zeros(shape) for shape in shapes]


BAD = [
    (((2, 5, 3), (2, 4, 3), (2, 6, 3), (2, 6, 3)), r'the source .* \(N, L, d\), not \(2, 5, 3'),
    (((2, 5, 3), (2, 5, 3), (2, 6, 3), (2, 6, 2)), r'the target .* two tensors of one shape'),
    (((5, 3), (5, 3), (6, 3), (6, 3)), r'the source must .* not \(5, 3\) and \(5, 3\)'),
    (((2, 5, 3), (2, 5, 3), (2, 1, 6, 3), (2, 1, 6, 3)), 'the target must'),
]  # fmt: skip
PAIRS = [
    (((2, 5, 3), (2, 5, 3), (3, 6, 3), (3, 6, 3)), '2 source items do not pair with 3 target'),
    (((2, 5, 3), (2, 5, 3), (2, 6, 4), (2, 6, 4)), 'd = 3 and the target d = 4; D-CAT needs one d'),
]


@pytest.mark.parametrize(('shapes', 'match'), BAD + PAIRS)
def test_alignment_shapes_that_do_not_fit_are_a_sentence(shapes, match):
    with pytest.raises(ValueError, match=match) as caught:
        cross_attention_alignment(*shaped(*shapes))
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
    'shape', [(3,), (3, 2), (4, 4), (1,), (7, 3, 3)], ids=['row', 'flat', 'other d', 'one', 'batch']
)
def test_alignment_source_mean_of_another_shape_is_a_sentence(shape):
    sides = shaped((2, 5, 3), (2, 5, 3), (2, 6, 3), (2, 6, 3))
    with pytest.raises(ValueError, match='source_mean'):
        cross_attention_alignment(*sides, centred=True, source_mean=torch.zeros(shape))


def test_memory_distance_has_no_gradient_in_the_source():
    source, target = (memory(*tensors()[i : i + 2]).requires_grad_() for i in (0, 2))
    memory_distance(source, target).backward()
    assert source.grad is None
    assert target.grad is not None


def literal_attention(query, key, value):
    """One item of (L, d) lists: softmax(Q K^T / sqrt(d)) V."""
    d, out = len(query[0]), []
    for q in query:
        scores = [math.exp(sum(a * b for a, b in zip(q, k, strict=True)) / d**0.5) for k in key]
        out.append(
            [
                sum(s / sum(scores) * v[j] for s, v in zip(scores, value, strict=True))
                for j in range(d)
            ]
        )
    return out


@pytest.mark.parametrize('lengths', [(5, 7), (7, 5), (1, 1)])
def test_explicit_cross_attention_is_the_literal_formula(lengths):
    k_s, v_s, k_t, v_t = tensors(lengths=lengths)
    query = torch.randn(*k_s.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(9))
    difference = power = 0.0
    for i in range(N):
        q = query[i].tolist()
        wanted = literal_attention(q, k_s[i].tolist(), v_s[i].tolist())
        got = literal_attention(q, k_t[i].tolist(), v_t[i].tolist())
        for row, other in zip(got, wanted, strict=True):
            for x, y in zip(row, other, strict=True):
                difference += (x - y) ** 2
                power += y**2
    found = explicit_cross_attention(query, k_s, v_s, k_t, v_t)
    assert found.item() == pytest.approx(difference / power, rel=1e-9)


def test_explicit_cross_attention_gradient_is_that_of_the_target_alone():
    k_s, v_s, k_t, v_t = tensors()
    query = k_s.flip(1)
    source = [x.clone().requires_grad_() for x in (query, k_s, v_s)]

    def loss(key, value):
        return explicit_cross_attention(*source, key, value)

    target = (k_t.requires_grad_(), v_t.requires_grad_())
    assert torch.autograd.gradcheck(lambda k, v: loss(k, v), target)
    loss(*target).backward()
    assert [x.grad for x in source] == [None] * 3
    assert np.all([x.grad.abs().sum().item() > 0 for x in target])


def test_explicit_cross_attention_of_the_same_is_zero():
    k, v, _, _ = tensors()
    k_t, v_t = (x.clone().requires_grad_() for x in (k, v))
    loss = explicit_cross_attention(k, k, v, k_t, v_t)
    loss.backward()
    assert loss.item() == 0
    assert torch.isfinite(k_t.grad).all()


@pytest.mark.parametrize(
    ('shapes', 'match'),
    [
        *[(((2, 5, 3), *shapes), match) for shapes, match in BAD],
        (((2, 5, 3), (2, 5, 3), (2, 5, 3), (3, 6, 3), (3, 6, 3)), 'do not fit keys'),
        (((2, 5, 3), (2, 5, 3), (2, 5, 3), (2, 6, 4), (2, 6, 4)), 'do not fit keys'),
        (((2, 4, 3), (2, 5, 3), (2, 5, 3), (2, 6, 3), (2, 6, 3)), 'the source must'),
    ],
)
def test_explicit_cross_attention_shapes_that_do_not_fit_are_a_sentence(shapes, match):
    with pytest.raises(ValueError, match=match):
        explicit_cross_attention(*shaped(*shapes))
