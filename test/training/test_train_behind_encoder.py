"""A training behind the tagger: the common way, and what the card says of it."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import made_sounds, sound_fields

from dcat_ros.errors import ConfigError
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.pretrained.known import TAGGER
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.train import train

pytestmark = pytest.mark.usefixtures('few_resamples')


def config(**changes):
    fields = {
        'encoder': 'tagger',
        'encoder_windows': 200,
        'network': {'ppv': False, 'ppv_hidden': 0},
        'augment': {'warp': 0},
        'optimiser': {'steps': 30, 'batch_size': 8, 'learning_rate': 3e-3},
    }
    return TrainConfig.model_validate(sound_fields(**{**fields, **changes}))


def sounds():
    made = made_sounds(n_sources=6)
    return replace(made, trials=tuple(replace(t, subject=t.source) for t in made.trials))


def test_it_learns_and_names_what_it_stands_behind(has_tagger, tmp_path):
    training = train(config(), sounds(), tmp_path, command='dcat train x')
    card = training.card
    assert card.encoder.name == 'tagger'
    assert card.encoder.sha256 in TAGGER.sha256
    assert len(card.input.channels) == 128
    assert set(training.net.state_dict()) & {'features.0.0.weight'} == set()
    whole = {r.metric: r.value for r in card.results if r.split.startswith('whole trials, each')}
    assert whole['trial accuracy'] > 0.9
    silence = np.full((1, 100, 128), -100, np.float32)
    said = np.exp(TorchModel(training.net, card).log_probabilities(silence))
    assert said.max() < 0.9


def test_without_it_the_training_says_the_command_before_it_begins(no_tagger, tmp_path):
    with pytest.raises(ConfigError, match='dcat models get tagger'):
        train(config(), sounds(), tmp_path, command='dcat train x')
    assert list(tmp_path.glob('*.safetensors')) == []


@pytest.mark.parametrize(
    ('changes', 'said'),
    [
        ({'encoder': 'pose'}, "audio has no encoder 'pose'; there is tagger"),
        ({'network': {'ppv': True}}, 'audio behind tagger has no fixed-kernel features'),
        ({'encoder': 'tagger', 'modality': 'imu'}, "imu has no encoder 'tagger'; there is none"),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        config(**changes)
