"""Methods by name, who is compared with whom, and which sources are refused."""

import math

import pytest
import torch
from transfer_helpers import made_pool, recordings, small_net

from dcat_ros.errors import ConfigError
from dcat_ros.training.losses import LOSSES
from dcat_ros.training.transfer import Transfer, check_pair, parse_method, select

LABELS = ('walk', 'jog', 'rest')


def test_parse_method_none_has_no_losses():
    assert parse_method('none') == {}


@pytest.mark.parametrize('name', LOSSES)
def test_parse_method_one_loss_has_its_own_weight(name):
    assert parse_method(name) == {name: LOSSES[name][1]}


def test_parse_method_sum_with_a_weight_in_the_order_given():
    assert list(parse_method('kd+dcat_centred', {'kd': 0.5}).items()) == [
        ('kd', 0.5),
        ('dcat_centred', 10.0),
    ]
    assert parse_method('kd', {'kd': 0}) == {'kd': 0.0}


@pytest.mark.parametrize(
    ('method', 'weights', 'match'),
    [
        ('dact', {}, r"no transfer loss 'dact'; there are dcat, .* and none. Did you mean 'dcat'"),
        ('kd+dcat_centered', {}, "'dcat_centered'.*Did you mean 'dcat_centred'"),
        ('zzzzzz', {}, 'and none.$'),
        ('', {}, "no transfer loss ''"),
        ('kd+', {}, "no transfer loss ''"),
        ('kd + rkd', {}, "no transfer loss 'kd '"),
        ('kd+none', {}, "no transfer loss 'none'"),
        ('kd+kd', {}, "stands twice in the method 'kd[+]kd'"),
        ('kd', {'rkd': 1.0}, "weight for 'rkd', which is not in 'kd'"),
        ('none', {'kd': 1.0}, "weight for 'kd', which is not in 'none'"),
        ('kd', {'kd': -0.1}, "weight of 'kd' is -0.1; take a number of at least 0"),
        ('kd', {'kd': math.nan}, "weight of 'kd' is nan"),
        ('kd', {'kd': math.inf}, "weight of 'kd' is inf"),
    ],
)
def test_parse_method_that_is_none_is_a_sentence(method, weights, match):
    with pytest.raises(ConfigError, match=match) as caught:
        parse_method(method, weights)
    assert '\n' not in str(caught.value)


@pytest.fixture(scope='module')
def pool():
    return made_pool()


@pytest.fixture
def target():
    return small_net().eval()


def outputs(net, n=6):
    return net.outputs(torch.from_numpy(recordings(n)))


def test_transfer_is_the_weighted_sum(pool, target):
    pairs = torch.tensor([4, 2, 0, 7, 8, 11])
    found = outputs(target)
    both = Transfer({'kd': 0.5, 'dcat': 3.0}, pool, target)(found, pairs)
    kd = LOSSES['kd'][0](pool, 16)(found, pool.rows(pairs))
    dcat = LOSSES['dcat'][0](pool, 16)(found, pool.rows(pairs))
    torch.testing.assert_close(both, 0.5 * kd + 3 * dcat)


def test_transfer_ignores_rows_without_a_partner(pool, target):
    transfer = Transfer(parse_method('kd+rkd+dcat_centred'), pool, target)
    found = outputs(target)
    some = torch.tensor([4, -1, 0, 7, -1, 11])
    alone = transfer(select(found, some >= 0), some[some >= 0])
    torch.testing.assert_close(transfer(found, some), alone)
    recording = torch.from_numpy(recordings(6)).requires_grad_()
    transfer(target.outputs(recording), some).backward()
    silent = recording.grad.abs().sum(dim=(1, 2)) == 0
    assert silent.tolist() == [False, True, False, False, True, False]


@pytest.mark.parametrize('pairs', [[-1, -1, -1], [-1, 5, -1]])
def test_transfer_with_less_than_two_partners_is_zero_with_a_zero_gradient(pool, target, pairs):
    transfer = Transfer(parse_method('kd+rkd+dcat_centred+feature'), pool, target)
    loss = transfer(outputs(target, 3), torch.tensor(pairs))
    assert loss.item() == 0
    loss.backward()
    assert all(p.grad is None or not p.grad.any() for p in target.parameters())


def test_select_takes_the_same_rows_of_everything(target):
    found = outputs(target)
    some = select(found, torch.tensor([True, False, False, True, False, False]))
    for whole, part in zip(
        [found.logits, found.features, *found.attended],
        [some.logits, some.features, *some.attended],
        strict=True,
    ):
        assert torch.equal(part, whole[[0, 3]])
    assert isinstance(some.attended, type(found.attended))


@pytest.mark.parametrize('labels', [LABELS, LABELS[:2]], ids=['the same', 'without rest'])
def test_check_pair_that_fits_passes(labels):
    check_pair(small_net('gyroscope'), labels, small_net(), LABELS)
    check_pair(small_net('gyroscope'), LABELS, small_net(), labels)


@pytest.mark.parametrize(
    ('labels', 'spec', 'match'),
    [
        (('walk', 'swim', 'rest'), {}, 'other labels than the target: only one of them has jog, s'),
        (('jog', 'walk', 'rest'), {}, 'other labels than the target: in another order'),
        (('jog', 'walk'), {}, 'in another order'),
        (LABELS, {'d_attention': 6}, r'network.d_attention = 6 and the target 4; they must be eq'),
        (LABELS, {'width': 12}, r'network.width = 12 and the target 8; they must be equal'),
    ],
)
def test_check_pair_that_does_not_fit_is_a_sentence(labels, spec, match):
    with pytest.raises(ConfigError, match=match) as caught:
        check_pair(small_net(**spec), labels, small_net(), LABELS)
    assert '\n' not in str(caught.value)


def test_transfer_layers_are_no_part_of_the_target(pool, target):
    before = {name for name, _ in target.named_parameters()}
    transfer = Transfer({'feature': 1.0, 'infonce': 1.0}, pool, target)
    assert {name for name, _ in target.named_parameters()} == before
    assert len(list(transfer.parameters())) == 6
    # nor is the pool part of what a checkpoint keeps
    assert not any('pool' in name or 'memory' in name for name in transfer.state_dict())
    assert transfer.pool is pool
