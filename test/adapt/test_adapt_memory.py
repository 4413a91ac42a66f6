"""A model that learned without labels can be taught: its source's names stand for labels."""

import numpy as np
import pytest
from click.testing import CliRunner
from helpers import train_config
from teach_helpers import RATE_HZ, movement, still

from dcat_ros.adapt.adapt import adapt
from dcat_ros.cli.export import command
from dcat_ros.datasets.trial import Dataset, DatasetInfo, Trial
from dcat_ros.errors import ConfigError
from dcat_ros.model.onnx_model import load_onnx
from dcat_ros.model.weights import load_weights, save_weights
from dcat_ros.signals import Signal
from dcat_ros.teach.remember import remember_named


def stream(person):
    """Some minutes of somebody who circles and shakes, and nobody says when."""
    rng = np.random.default_rng(person)
    parts = [still(100, rng)]
    for i in range(8):
        parts += [movement(('circle', 'shake')[i % 2], seed=10 * person + i), still(100, rng)]
    signal = Signal.at_rate(np.concatenate(parts), RATE_HZ)
    return Trial(f'bag {person}', '', str(person), f'bag {person}', {'imu': signal})


@pytest.fixture(scope='module')
def adapted(base, tmp_path_factory):
    """A model of the recipe that names whole recordings, too, which nobody can learn unlabelled."""
    config = train_config(
        window_s=2.0,
        network={'width': 8, 'd_attention': 4, 'ppv': True, 'segment': True},
        optimiser={'steps': 4, 'batch_size': 8},
        transfer={'source': str(base), 'method': 'kd'},
    )
    info = DatasetInfo('home', 'home', 'a test', 'none', (), RATE_HZ, 'made')
    dataset = Dataset(info, tuple(map(stream, range(3))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('dcat_ros.adapt.learn._MILD_WINDOWS', 200)
        return adapt(config, dataset, tmp_path_factory.mktemp('work'), command='none')


def test_the_weights_are_those_of_their_card(adapted, tmp_path):
    save_weights(tmp_path / 'a.safetensors', adapted.net, adapted.card)
    _, card = load_weights(tmp_path / 'a.safetensors')
    assert card.labels == ('circle', 'shake', 'rest')
    assert not card.network.names_whole


def test_a_memory_is_made_while_it_learns(adapted, tmp_path):
    path = tmp_path / 'a.safetensors'
    save_weights(path, adapted.net, adapted.card)
    done = CliRunner().invoke(command, [str(path), '--memory'])
    assert isinstance(done.exception, ConfigError)
    assert 'train it again' in str(done.exception)
    assert not path.with_suffix('.onnx').exists()


def test_names_stand_for_labels(adapted, base):
    model = load_onnx(base.with_suffix('.onnx'))
    memory = remember_named(model, adapted.config, adapted.pool, 0.9)
    assert memory.wholes is None
    # the model that stands in knows what is done: what is remembered under a name is that
    best = model.said_with_features(adapted.pool.draw(adapted.config, rng(), 300).windows)[0]
    assert set(memory.windows.classes) == set(best.argmax(axis=1)) == {0, 1, 2}
    assert 0 < len(memory.windows.classes) <= 3 * 90
    # of what the source is not sure nothing is remembered, but where it is sure of nothing
    assert len(memory.windows.classes) < len(
        remember_named(model, adapted.config, adapted.pool, 0.0).windows.classes
    )
    all_of_it = remember_named(model, adapted.config, adapted.pool, 1.1)
    assert len(all_of_it.windows.classes) == 3 * 90


def rng():
    return np.random.default_rng(0)
