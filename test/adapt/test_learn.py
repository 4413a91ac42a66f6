"""A target learns from its source alone."""

import numpy as np
import pytest
import torch
from helpers import make_card, make_net, train_config

from dcat_ros.adapt.adapt import _folds
from dcat_ros.adapt.learn import learn, needs_of
from dcat_ros.adapt.named import Source, name_windows
from dcat_ros.adapt.pool import make_named_pool
from dcat_ros.datasets.trial import Dataset, DatasetInfo, Trial
from dcat_ros.errors import ConfigError, DatasetError
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.shelf import Shelf
from dcat_ros.signals import Signal

LABELS = ('walk', 'jog', 'rest')


@pytest.fixture(scope='module')
def taught():
    """Streams in which acceleration says what the gyroscope's source names: both change by turns.

    The source's classes are those of a network that was trained on them for a moment.
    """
    rng = np.random.default_rng(0)
    trials = []
    for i in range(3):
        turns = np.repeat(rng.integers(0, 2, 12), 100)
        values = 0.3 * rng.normal(size=(len(turns), 6))
        values[:, 0] += 9.8 * turns
        values[:, 3] += 3.0 * turns
        trials.append(Trial(str(i), '', str(i), str(i), {'imu': Signal.at_rate(values, 50.0)}))
    card = make_card(labels=LABELS)
    net = make_net(card)
    sensor = sensor_of(card)
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(80):
        at = rng.integers(0, 1100, 32)
        x = np.stack([trials[0].signals['imu'].values[a : a + 50] for a in at])
        y = torch.tensor((x[:, 25, 3] > 1.5).astype(np.int64))
        loss = torch.nn.functional.cross_entropy(net.logits(torch.tensor(x).float()), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    source = Source(net.eval(), card)
    named = name_windows(source, trials, ('features', 'memory'), Shelf())
    assert len(set(named.best)) == 2
    return source, card, named, make_named_pool(trials, named, sensor, 0.15, Shelf())


def config_for(method, **changes):
    transfer = {'source': 's.safetensors', 'method': method}
    optimiser = {'steps': 60, 'batch_size': 32, 'learning_rate': 0.01}
    return train_config(window_s=1.0, transfer=transfer, optimiser=optimiser, **changes)


def agreement(net, pool, named):
    batch = pool.draw(config_for('kd'), np.random.default_rng(5), 200)
    with torch.no_grad():
        best = net(torch.from_numpy(batch.windows)).argmax(dim=1).numpy()
    return float((best == named.best[batch.pairs]).mean())


@pytest.mark.parametrize('method', ['kd', 'kd+dcat_centred', 'kd+contrast', 'contrast'])
def test_a_target_agrees_with_its_source(taught, method):
    source, card, named, pool = taught
    net = learn(config_for(method), card, pool, named, source, (0, 0)).net
    assert agreement(net, pool, named) > 0.8


def test_without_kd_the_last_layer_is_the_sources(taught):
    source, card, named, pool = taught
    net = learn(config_for('contrast'), card, pool, named, source, (0, 0)).net
    for name, tensor in source.net.head.state_dict().items():
        torch.testing.assert_close(net.head.state_dict()[name], tensor)
    other = learn(config_for('kd'), card, pool, named, source, (0, 0)).net
    assert any(
        not torch.equal(other.head.state_dict()[name], tensor)
        for name, tensor in source.net.head.state_dict().items()
    )


def test_fixed_kernels_learn_what_the_source_says(taught):
    source, card, named, pool = taught
    network = {'width': 8, 'd_attention': 4, 'ppv': True}
    card = card.model_copy(update={'network': card.network.model_copy(update={'ppv': True})})
    config = config_for('kd', network=network)
    net = learn(config, card, pool, named, source, (0, 0)).net
    assert net.spec.ppv
    assert agreement(net, pool, named) > 0.8


def test_the_source_stays_as_it_was(taught):
    source, card, named, pool = taught
    before = {k: v.clone() for k, v in source.net.state_dict().items()}
    learn(config_for('kd+dcat_centred'), card, pool, named, source, (0, 0))
    for name, tensor in source.net.state_dict().items():
        assert torch.equal(before[name], tensor)


@pytest.mark.parametrize(
    ('transfer', 'text'),
    [
        ({'method': 'none'}, 'a source must teach'),
        ({'method': 'kd', 'weights': {'kd': 0.0}}, 'kd has the weight 0'),
    ],
)
def test_what_teaches_nothing_is_refused(taught, transfer, text):
    source, card, named, pool = taught
    config = train_config(transfer={'source': 's.safetensors', **transfer})
    with pytest.raises(ConfigError, match=text):
        learn(config, card, pool, named, source, (0, 0))


def test_networks_of_other_sizes_go_with_kd_alone(taught):
    source, card, named, pool = taught
    wide = {'width': 12, 'd_attention': 6, 'ppv': False}
    learn(config_for('kd', network=wide), card, pool, named, source, (0, 0))
    with pytest.raises(ConfigError, match='dcat_centred compare them'):
        learn(config_for('kd+dcat_centred', network=wide), card, pool, named, source, (0, 0))


def test_needs_of_a_sum_are_those_of_its_parts():
    assert needs_of('kd+dcat_centred+contrast') == {'logits', 'memory', 'features'}


def dataset(*whose):
    signal = Signal.at_rate(np.zeros((10, 6)), 50.0)
    trials = tuple(
        Trial(f'{i}', '', subject, bag, {'imu': signal}) for i, (subject, bag) in enumerate(whose)
    )
    return Dataset(DatasetInfo('bags', '', '', '', (), 50.0, ''), trials)


def test_people_are_held_out_then_bags_then_parts():
    people = dataset(('a', '1'), ('b', '2'), ('a', '3'))
    assert _folds(people) == [('a', [0, 2]), ('b', [1])]
    bags = dataset(('a', '1'), ('a', '2'), ('a', '1'))
    assert _folds(bags) == [('1', [0, 2]), ('2', [1])]
    parts = dataset(*[('a', '1')] * 4)
    assert [rows for _, rows in _folds(parts)] == [[0], [1], [2, 3]]
    with pytest.raises(DatasetError, match='one piece of a recording'):
        _folds(dataset(('a', '1')))
