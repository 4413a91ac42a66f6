import numpy as np
import pytest
import torch

from dcat_ros.blocks.attention import PooledClassifier, SelfAttentionBlock


def double_block(width=3, d=2, seed=0):
    torch.manual_seed(seed)
    return SelfAttentionBlock(width, d, dropout=0.0).double().eval()


def naive_forward(block, tokens):
    """The block for one item, one number at a time: tokens (L, D) as nested lists."""

    def linear(layer, x):
        weight, bias = layer.weight.tolist(), layer.bias.tolist()
        return [sum(w * v for w, v in zip(row, x, strict=True)) + b
                for row, b in zip(weight, bias, strict=True)]  # fmt: skip

    def norm(layer, x):
        mean = sum(x) / len(x)
        variance = sum((v - mean) ** 2 for v in x) / len(x)
        scale = [(v - mean) / np.sqrt(variance + layer.eps) for v in x]
        both = zip(scale, layer.weight.tolist(), layer.bias.tolist(), strict=True)
        return [v * w + b for v, w, b in both]

    def gelu(v):
        from math import erf

        return v * 0.5 * (1 + erf(v / np.sqrt(2)))

    x = [norm(block.norm, t) for t in tokens]
    query, key, value = ([linear(f, t) for t in x] for f in (block.query, block.key, block.value))
    d, length = len(query[0]), len(tokens)
    # K is softened over the positions, Q over its channels
    k_sums = [sum(np.exp(key[i][a]) for i in range(length)) for a in range(d)]
    memory = [
        [sum(np.exp(key[i][a]) / k_sums[a] * value[i][b] for i in range(length)) for b in range(d)]
        for a in range(d)
    ]
    out = []
    for i in range(length):
        q_sum = sum(np.exp(v) for v in query[i])
        q = [np.exp(v) / q_sum for v in query[i]]
        read = [sum(q[a] * memory[a][b] for a in range(d)) for b in range(d)]
        token = [t + o for t, o in zip(tokens[i], linear(block.out, read), strict=True)]
        normed, first, _, _, second = block.feed_forward
        hidden = [gelu(v) for v in linear(first, norm(normed, token))]
        out.append([t + o for t, o in zip(token, linear(second, hidden), strict=True)])
    return out, query, key, value


@pytest.mark.parametrize('length', [1, 2, 7])
def test_block_value_is_the_naive_loop(length):
    block = double_block()
    x = torch.randn(2, length, 3, dtype=torch.float64)
    found = block(x)
    for i in range(2):
        expected = naive_forward(block, x[i].tolist())
        for got, want in zip(found, expected, strict=True):
            np.testing.assert_allclose(got[i].detach().numpy(), want, atol=1e-10)


@pytest.mark.parametrize('length', [1, 5, 400])
def test_block_any_length_has_these_shapes(length):
    block = SelfAttentionBlock(16, 6, dropout=0.1)
    found = block(torch.randn(3, length, 16))
    assert found.tokens.shape == (3, length, 16)
    assert found.query.shape == found.key.shape == found.value.shape == (3, length, 6)


def test_block_gradient_is_the_numerical_one():
    block = double_block()
    x = torch.randn(2, 4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: block(x).tokens, (x,))
    assert torch.autograd.gradcheck(lambda x: tuple(block(x)[1:]), (x,))


def test_block_gradient_reaches_every_parameter():
    block = double_block().train()
    block(torch.randn(2, 4, 3, dtype=torch.float64)).tokens.square().sum().backward()
    for name, parameter in block.named_parameters():
        assert parameter.grad is not None, name
        # a constant on K shifts every position alike, and the softmax takes it away
        if name != 'key.bias':
            assert parameter.grad.abs().max() > 0, name


def test_block_order_of_tokens_does_not_matter_to_the_others():
    block = double_block()
    x = torch.randn(1, 6, 3, dtype=torch.float64)
    order = torch.tensor([3, 0, 5, 1, 2, 4])
    np.testing.assert_allclose(
        block(x[:, order]).tokens.detach(), block(x).tokens[:, order].detach(), atol=1e-12
    )


def test_pooled_classifier_sees_mean_and_maximum():
    head = PooledClassifier(2, 4, dropout=0.0).double().eval()
    torch.nn.init.eye_(head.linear.weight)
    torch.nn.init.zeros_(head.linear.bias)
    tokens = torch.tensor([[[1.0, 0.0], [3.0, -4.0]]], dtype=torch.float64)
    pooled = np.array([2.0, -2.0, 3.0, 0.0])  # means, then maxima
    expected = (pooled - pooled.mean()) / np.sqrt(pooled.var() + 1e-5)
    np.testing.assert_allclose(head(head.pool(tokens)).detach()[0], expected, atol=1e-12)
