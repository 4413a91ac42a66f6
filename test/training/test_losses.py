"""Every transfer loss: against literal formulas, and what must hold for all of them."""

import math
from dataclasses import fields, replace

import pytest
import torch
from transfer_helpers import made_pool, recordings, small_net

from dcat_ros.blocks.attention import Attended
from dcat_ros.model.network import Outputs
from dcat_ros.training.alignment import cross_attention_alignment, explicit_cross_attention
from dcat_ros.training.losses import LOSSES
from dcat_ros.training.source import SourceOutputs

N_FEATURES = 16  # 2 D of the small network
ROWS = torch.tensor([0, 3, 5, 6, 9])
#: the least value is reached where the target gives what the source gives
LEAST_AT_SOURCE = ('dcat', 'dcat_relational', 'dcat_explicit', 'kd', 'rkd', 'coral', 'gram')


@pytest.fixture(scope='module')
def pool():
    return made_pool()


def outputs(n=5, seed=0):
    """What a target gives, as leaves that ask for a gradient."""
    given = small_net(seed=seed).eval().outputs(torch.from_numpy(recordings(n, seed=seed)))
    attended = Attended(*(x.detach().requires_grad_() for x in given.attended))
    logits, features = (x.detach().requires_grad_() for x in given[:2])
    return Outputs(logits, features, attended)


def leaves(target):
    return [target.logits, target.features, *target.attended]


def make(name, pool):
    torch.manual_seed(1)
    return LOSSES[name][0](pool, N_FEATURES)


def as_target(source):
    """A target that gives exactly what the source gives."""
    # a tensor whose Gram matrix is the source's: L = D tokens
    root = torch.linalg.cholesky(source.gram.double() + 1e-9 * torch.eye(source.gram.shape[1]))
    tokens = (root.transpose(1, 2) * source.gram.shape[1] ** 0.5).float()
    attended = Attended(tokens, source.query, source.key, source.value)
    return Outputs(source.logits, source.features, attended)


@pytest.mark.parametrize('name', LOSSES)
def test_loss_is_a_finite_scalar_with_a_gradient_for_the_target_alone(name, pool):
    asking = SourceOutputs(
        *(getattr(pool, field.name).clone().requires_grad_() for field in fields(pool))
    )
    loss, target = make(name, pool), outputs()
    value = loss(target, asking.rows(ROWS))
    assert value.shape == ()
    assert torch.isfinite(value)
    value.backward()
    got = [x.grad for x in leaves(target) if x.grad is not None]
    assert got
    assert all(torch.isfinite(grad).all() for grad in got)
    assert sum(grad.abs().sum().item() for grad in got) > 0
    # the pool comes from torch.no_grad; no loss may depend on the source beyond its values
    if name in ('dcat', 'dcat_centred', 'dcat_explicit', 'gram'):
        assert all(getattr(asking, field.name).grad is None for field in fields(asking))


@pytest.mark.parametrize('name', LOSSES)
def test_loss_holds_no_parameter_of_the_source_and_no_gradient_in_the_pool(name, pool):
    loss = make(name, pool)
    assert not any(getattr(pool, field.name).requires_grad for field in fields(pool))
    before = {field.name: getattr(pool, field.name).clone() for field in fields(pool)}
    optimiser = torch.optim.SGD([*loss.parameters(), *leaves(target := outputs())], lr=0.1)
    loss(target, pool.rows(ROWS)).backward()
    optimiser.step()
    for key, tensor in before.items():
        assert torch.equal(tensor, getattr(pool, key)), key


@pytest.mark.parametrize('name', LEAST_AT_SOURCE)
def test_loss_of_a_target_that_gives_what_the_source_gives_is_zero(name, pool):
    loss = make(name, pool)
    own = loss(as_target(pool), pool).item()
    other = loss(outputs(12, seed=5), pool).item()
    assert abs(own) < 1e-3 * other
    assert own > -1e-6


def test_dcat_centred_of_the_whole_pool_is_zero_and_never_on_uncentred(pool):
    assert make('dcat_centred', pool)(as_target(pool), pool).item() < 1e-5


@pytest.mark.parametrize(('name', 'centred'), [('dcat', False), ('dcat_centred', True)])
def test_dcat_is_the_function_for_others(name, centred, pool):
    target, source = outputs(), pool.rows(ROWS)
    expected = cross_attention_alignment(
        source.key,
        source.value,
        target.attended.key,
        target.attended.value,
        centred=centred,
        source_mean=pool.memory.mean(dim=0) if centred else None,
    )
    torch.testing.assert_close(make(name, pool)(target, source), expected)


def test_dcat_explicit_is_the_function_for_others(pool):
    target, source = outputs(), pool.rows(ROWS)
    expected = explicit_cross_attention(
        source.query, source.key, source.value, target.attended.key, target.attended.value
    )
    torch.testing.assert_close(make('dcat_explicit', pool)(target, source), expected)


def test_dcat_relational_is_the_mean_square_difference_of_cosines(pool):
    target, source = outputs(), pool.rows(ROWS)
    key, value = target.attended.key.detach(), target.attended.value.detach()
    ours = torch.einsum('nld,nle->nde', key.softmax(dim=1), value).double()
    ours = (ours - ours.mean(dim=0)).flatten(1)
    theirs = (source.memory - pool.memory.mean(dim=0)).double().flatten(1)
    total = 0.0
    for i in range(5):
        for j in range(5):
            a = ours[i] @ ours[j] / (ours[i].norm() * ours[j].norm())
            b = theirs[i] @ theirs[j] / (theirs[i].norm() * theirs[j].norm())
            total += float(a - b) ** 2
    found = make('dcat_relational', pool)(target, source).item()
    assert found == pytest.approx(total / 25, rel=1e-4)


@pytest.mark.parametrize('who_has_rest', ['both or none', 'target', 'source'])
def test_kd_is_the_literal_formula(who_has_rest, pool):
    target, source = outputs(), pool.rows(ROWS)
    rest = torch.full((5, 1), 7.0)
    total = 0.0
    for ours, theirs in zip(target.logits.tolist(), source.logits.tolist(), strict=True):
        p = [math.exp(x / 2) for x in theirs]
        q = [math.exp(x / 2) for x in ours]
        p, q = [x / sum(p) for x in p], [x / sum(q) for x in q]
        total += sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    if who_has_rest == 'target':
        target = target._replace(logits=torch.cat([target.logits, rest], dim=1))
    if who_has_rest == 'source':
        source = replace(source, logits=torch.cat([source.logits, rest], dim=1))
    found = make('kd', pool)(target, source).item()
    assert found == pytest.approx(4 * total / 5, rel=1e-4)


def huber(x):
    return 0.5 * x * x if abs(x) < 1 else abs(x) - 0.5


def literal_rkd(ours, theirs):
    n = len(ours)

    def relations(rows):
        pairs = [[math.dist(a, b) for b in rows] for a in rows]
        mean = sum(map(sum, pairs)) / (n * (n - 1))
        distances = [x / mean for row in pairs for x in row]
        angles = []
        for i in range(n):
            for j in range(n):
                for k in range(n):
                    if i in (j, k):
                        angles.append(0.0)
                        continue
                    dot = sum(
                        (a - c) * (b - c) for a, b, c in zip(rows[j], rows[k], rows[i], strict=True)
                    )
                    angles.append(dot / (pairs[i][j] * pairs[i][k]))
        return distances, angles

    (d, a), (other_d, other_a) = relations(ours), relations(theirs)
    distance = sum(huber(x - y) for x, y in zip(d, other_d, strict=True)) / n**2
    angle = sum(huber(x - y) for x, y in zip(a, other_a, strict=True)) / n**3
    return distance + 2 * angle


def test_rkd_is_distances_and_angles_by_loops(pool):
    target, source = outputs(), pool.rows(ROWS)
    expected = literal_rkd(target.features.tolist(), source.features.tolist())
    assert make('rkd', pool)(target, source).item() == pytest.approx(expected, rel=1e-3)


def test_rkd_of_the_same_recording_twice_has_a_finite_gradient(pool):
    """Batches are drawn with replacement."""
    target, twice = outputs(), torch.tensor([0, 0, 1, 1, 2])
    features = target.features.detach()[[0, 0, 1, 2, 3]].requires_grad_()
    make('rkd', pool)(target._replace(features=features), pool.rows(twice)).backward()
    assert torch.isfinite(features.grad).all()
    assert features.grad.abs().max() < 100


def test_feature_is_the_mean_square_from_standardised_features(pool):
    loss, target, source = make('feature', pool), outputs(), pool.rows(ROWS)
    wanted = (source.features - pool.features.mean(0)) / pool.features.std(0).clamp_min(1e-3)
    found = target.features @ loss.project.weight.T + loss.project.bias
    torch.testing.assert_close(loss(target, source), (found - wanted).square().mean())


def test_coral_depends_on_covariances_alone(pool):
    loss, same = make('coral', pool), as_target(pool)
    assert loss(same, pool).item() == pytest.approx(0, abs=1e-9)
    moved = same._replace(features=same.features.flip(0) + 3)
    assert loss(moved, pool).item() == pytest.approx(0, abs=1e-6)
    # twice the size: (4 - 1)^2
    assert loss(same._replace(features=2 * same.features), pool).item() == pytest.approx(9)


def test_gram_is_the_distance_of_normalised_matrices(pool):
    target, source = outputs(), pool.rows(ROWS)
    total = 0.0
    for tokens, gram in zip(target.attended.tokens.double(), source.gram.double(), strict=True):
        ours = tokens.T @ tokens
        total += (ours / ours.norm() - gram / gram.norm()).norm().item()
    assert make('gram', pool)(target, source).item() == pytest.approx(total / 5, rel=1e-5)


def test_infonce_is_lower_for_true_pairs_than_for_torn_ones(pool):
    loss = make('infonce', pool)
    with torch.no_grad():  # both sensors are seen alike
        loss.of_source.weight.copy_(loss.of_target.weight)
        loss.of_source.bias.copy_(loss.of_target.bias)
    same = as_target(pool)
    near = loss(same, pool).item()
    torn = same._replace(features=same.features.roll(1, dims=0))
    assert near < loss(torn, pool).item() - 0.1


def test_contrast_is_cross_entropy_of_distances_in_the_sources_space(pool):
    loss, target, source = make('contrast', pool), outputs(), pool.rows(ROWS)
    mean = pool.features.double().mean(dim=0)
    scale = pool.features.double().std(dim=0)
    ours = (target.features.detach().double() - mean) / scale
    theirs = (source.features.double() - mean) / scale
    n = len(ours)
    scores = torch.tensor(
        [[-float(((ours[i] - theirs[j]) ** 2).mean()) / 0.1 for j in range(n)] for i in range(n)]
    )
    wanted = -sum(
        float(scores[i].log_softmax(0)[i]) + float(scores[:, i].log_softmax(0)[i]) for i in range(n)
    ) / (2 * n)
    assert loss(target, source).item() == pytest.approx(wanted, rel=1e-3)


def test_infonce_is_cross_entropy_in_both_directions(pool):
    loss, target, source = make('infonce', pool), outputs(), pool.rows(ROWS)
    a = loss.of_target(target.features).detach().double()
    b = loss.of_source(source.features).detach().double()
    scores = [[float(x @ y / (x.norm() * y.norm()) / 0.1) for y in b] for x in a]
    total = 0.0
    for table in (scores, [list(row) for row in zip(*scores, strict=True)]):
        total += sum(math.log(sum(map(math.exp, row))) - row[i] for i, row in enumerate(table)) / 5
    assert loss(target, source).item() == pytest.approx(total / 2, rel=1e-4)


def test_comodo_is_cross_entropy_over_the_queue_and_least_at_its_own(pool):
    loss, target, source = make('comodo', pool), outputs(), pool.rows(ROWS)
    centred = (pool.features - pool.features.mean(0)).double()
    queue = centred / centred.norm(dim=1, keepdim=True)
    ours = loss.project(target.features).detach().double()
    p = (queue[ROWS] @ queue.T / 0.05).softmax(dim=1)
    log_q = (ours / ours.norm(dim=1, keepdim=True) @ queue.T / 0.1).log_softmax(dim=1)
    expected = -(p * log_q).sum(dim=1).mean().item()
    assert loss(target, source).item() == pytest.approx(expected, rel=1e-4)
    with torch.no_grad():
        loss.project.weight.copy_(torch.eye(N_FEATURES))
        loss.project.bias.copy_(-pool.features.mean(0))
    assert loss(as_target(source), source).item() < expected


@pytest.mark.parametrize('name', LOSSES)
def test_loss_falls_when_it_is_minimised(name, pool):
    loss, target, source = make(name, pool), outputs(), pool.rows(ROWS)
    optimiser = torch.optim.Adam([*leaves(target), *loss.parameters()], lr=0.02)
    first = None
    for _ in range(30):
        value = loss(target, source)
        first = value.item() if first is None else first
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    assert loss(target, source).item() < 0.9 * first


def test_losses_take_sources_of_another_width(pool):
    """Layers that only training needs have the source's sizes, not the target's."""
    wide = replace(pool, features=torch.cat([pool.features, pool.features], dim=1))
    for name in ('feature', 'infonce', 'comodo'):
        assert torch.isfinite(make(name, wide)(outputs(), wide.rows(ROWS)))
