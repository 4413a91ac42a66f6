"""audio_node with a model behind the tagger: where that is not there, and where it is."""

import pwd

import numpy as np
import pytest
from helpers import ear_card, make_net
from rclpy.parameter import Parameter
from untrained import save_untrained

from dcat_ros.errors import ConfigError, OutputError
from dcat_ros.model.weights import save_weights
from dcat_ros.nodes.audio_node import AudioNode
from dcat_ros.sensors.sound.ear.rows import EAR_FRAMES
from dcat_ros.sensors.sound.frames import LOG_MEL

rclpy = pytest.importorskip('rclpy')
pytestmark = pytest.mark.ros


@pytest.fixture
def models(tmp_path):
    card = ear_card(labels=('walk', 'wave', 'rest'))
    save_weights(tmp_path / 'ear.safetensors', make_net(card), card)
    save_untrained(tmp_path / 'small.safetensors', modality='audio')
    return tmp_path / 'ear.safetensors', tmp_path / 'small.safetensors'


@pytest.fixture
def node():
    """Makes an audio_node that does not start by itself."""
    rclpy.init()
    made = []

    def make(**settings):
        given = {'autostart': False, **settings}
        made.append(
            AudioNode(parameter_overrides=[Parameter(n, value=v) for n, v in given.items()])
        )
        return made[-1]

    yield make
    for one in made:
        one.destroy_node()
    rclpy.try_shutdown()


def test_without_the_tagger_it_says_the_command(models, node, no_tagger):
    one = node(model=str(models[0]))
    with pytest.raises(
        ConfigError, match=r'not on this machine; get it with: dcat models get tagg'
    ):
        one.load()


def test_without_the_tagger_another_model_stands_in_only_if_it_is_named(models, node, no_tagger):
    one = node(model=str(models[0]), model_fallback=str(models[1]))
    loaded = one.load()
    assert loaded.model.card.name == 'quick'
    assert loaded.receiver._sound._frames is LOG_MEL


def test_without_a_home_another_model_stands_in_too(models, node, monkeypatch):
    def nobody(uid):
        raise KeyError(uid)

    one = node(model=str(models[0]), model_fallback=str(models[1]))
    alone = node(model=str(models[0]))
    for name in ('HOME', 'DCAT_CACHE', 'XDG_CACHE_HOME'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, 'getpwuid', nobody)
    assert one.load().model.card.name == 'quick'
    with pytest.raises(OutputError, match='there is no home folder'):
        alone.load()


def test_with_the_tagger_the_model_itself_hears(models, node, has_tagger):
    one = node(model=str(models[0]), model_fallback=str(models[1]))
    loaded = one.load()
    assert loaded.model.card.encoder.name == 'tagger'
    assert loaded.receiver._sound._frames is EAR_FRAMES
    found = loaded.model.log_probabilities(np.zeros((1, 100, 128), np.float32))
    np.testing.assert_allclose(np.exp(found).sum(), 1, rtol=1e-5)
