"""A source that hears the target's own windows."""

import numpy as np
import pytest
import torch
import yaml
from helpers import made_sounds, sound_fields

from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.errors import ConfigError
from dcat_ros.sensors.registry import find_sensor, sensor_with
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.listener import recipe_of
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card
from dcat_ros.training.streams import make_pool
from dcat_ros.training.together import together

SOUND, EAR = find_sensor('audio'), sensor_with('audio', 'tagger')
CONFIG = TrainConfig.model_validate(sound_fields(straddle=0.5))


def pool_of(sensor):
    streams = as_sensor(made_sounds(), sensor, 100.0)
    return make_pool(streams, CONFIG, sensor, np.random.default_rng(3), n_own=64)


def test_target_draws_the_same_with_a_listener_beside_it():
    """So a twin without a teacher learns from the same windows."""
    alone, both = pool_of(SOUND), pool_of(together(SOUND, EAR))
    assert len(alone.values) == len(both.values)
    for length_s in (1.0, 2.0):
        own, heard = (p.draw(CONFIG, np.random.default_rng(5), 40, length_s) for p in (alone, both))
        np.testing.assert_array_equal(own.windows, heard.windows)
        np.testing.assert_array_equal(own.targets, heard.targets)
        assert own.beside is None
        assert heard.beside.shape == (40, round(100 * length_s), 128)


def test_listener_hears_the_same_moments_and_the_same_second_sound():
    quiet = CONFIG.model_copy(update={'rest_share': 1e-6})
    log_mel = together(SOUND, SOUND)  # what one hears can be compared with what the other hears
    streams = as_sensor(made_sounds(), log_mel, 100.0)
    pool = make_pool(streams, quiet, log_mel, np.random.default_rng(3), n_own=64)
    batch = pool.draw(quiet, np.random.default_rng(5), 60)
    assert 0.2 < (batch.targets.max(axis=1) < 1).mean() < 0.8
    # the target's part went through another room, the listener's did not: they move together
    own, beside = (np.power(10, part / 10).mean(axis=2) for part in (batch.windows, batch.beside))
    alike = [np.corrcoef(np.log(a), np.log(b))[0, 1] for a, b in zip(own, beside, strict=True)]
    assert np.median(alike) > 0.8


def test_two_signals_are_not_heard_together():
    with pytest.raises(ConfigError, match=r'imu is not made of the recordings of audio'):
        together(SOUND, find_sensor('imu'))


@pytest.mark.parametrize('method', ['kd', 'feature+dcat_centred'])
def test_recipe_teaches_as_source_and_leaves_the_same_twin(tmp_path, method):
    fields = sound_fields(network={'ppv': False}, name='teacher')
    (tmp_path / 'teacher.yaml').write_text(yaml.safe_dump(fields))
    data = made_sounds()
    config = CONFIG.taught_by(str(tmp_path / 'teacher.yaml'), method)
    card = make_card(config, data, command='', git_commit='')
    assert card.training.source_modality == 'audio'

    def fitted(name, **how):
        return fit_network(config, data, card, (0, 0), tmp_path / name / 'k', [], **how)

    taught, again = fitted('a', transfer=True), fitted('b', transfer=True)
    twin = fitted('c')
    assert len(taught.source_sha256) == 64
    weights = [one.net.state_dict()['head.linear.weight'] for one in (taught, again, twin)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_recipe_that_is_taught_itself_does_not_teach(tmp_path):
    path = tmp_path / 'a.yaml'
    path.write_text(yaml.safe_dump(sound_fields(transfer={'source': 'audio'})))
    with pytest.raises(ConfigError, match=r'has a source of its own; one that teaches has none'):
        recipe_of(str(path))
