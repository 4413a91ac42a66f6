"""A record with foreign kinds: torch and onnxruntime do the same, and odd ones are refused."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import ear_card, make_net, sound_card

from dcat_ros.card.card import Calibration
from dcat_ros.card.text import card_text
from dcat_ros.errors import WeightsError
from dcat_ros.model.export import save_onnx
from dcat_ros.model.find import load_card
from dcat_ros.model.onnx_model import load_onnx
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.model.weights import save_weights
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.streaming.window import Window

FOREIGN = {'kinds': (0, 5, 137, 526), 'usual': -6.0, 'slope': 0.5}


def card_of(**foreign):
    return ear_card(labels=('walk', 'wave', 'run'), calibration={'foreign': FOREIGN | foreign})


def windows(n=4):
    """Windows of 1 s, of which the third one has no sound that counts."""
    rng = np.random.default_rng(0)
    rows = rng.normal(-40, 15, size=(n, 100, 128)).astype(np.float32)
    made = [Window(10**9 * i, 10**9 * (i + 1), 'mic', row) for i, row in enumerate(rows)]
    made[2] = replace(made[2], samples=None)
    return made


def test_torch_and_onnx_doubt_the_same(tmp_path, has_tagger):
    card = card_of(usual=-30.0)
    net = make_net(card)
    save_onnx(tmp_path / 'ear.onnx', net, card, 'x')
    models = TorchModel(net, card), load_onnx(tmp_path / 'ear.onnx')
    said = [Recogniser(model).classify_many(windows()) for model in models]
    for one, other in zip(*said, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-4)
        assert (one.state, one.reason) == (other.state, other.reason)
    plain = card.model_copy(update={'calibration': Calibration()})
    without = Recogniser(TorchModel(net, plain)).classify_many(windows())
    assert said[0][0].confidence < without[0].confidence


def test_a_sentence_says_why_only_where_it_is_the_reason(has_tagger):
    card = card_of(usual=-30.0, slope=1e6)
    recogniser = Recogniser(TorchModel(make_net(card), card))
    recogniser.unknown_threshold = 0.3334
    foreign = recogniser.classify_many(windows())
    assert [p.state for p in foreign] == ['unknown'] * 4
    assert [bool(p.reason) for p in foreign] == [True, True, False, True]
    assert 'of tagger, which hardly occurred there, has a probability of 0.' in foreign[0].reason
    recogniser.unknown_threshold = 0.9  # too little by itself
    assert not any(p.reason for p in recogniser.classify_many(windows()))


def test_the_card_says_it_and_old_ones_go_on(tmp_path):
    card = card_of()
    assert '4 of those that tagger knows hardly occurred in training' in card_text(card)
    assert 'Foreign kinds' not in card_text(sound_card())
    old = card.model_dump()
    del old['calibration']['foreign']
    assert type(card).model_validate(old).calibration.foreign is None


@pytest.mark.parametrize(
    ('card', 'said'),
    [
        (lambda: card_of(kinds=(3, 2)), 'must ascend'),
        (lambda: card_of(kinds=(-1, 2)), 'greater than or equal to 0'),
        (lambda: card_of(kinds=()), 'at least 1'),
        (lambda: card_of(slope=0), 'greater than 0'),
    ],
)
def test_kinds_that_cannot_be_are_refused(card, said):
    with pytest.raises(ValueError, match=said):
        card()


@pytest.mark.parametrize('make', [ear_card, sound_card])
def test_a_file_with_kinds_that_its_encoder_does_not_know_is_refused(tmp_path, make):
    card = make(calibration={'foreign': {'kinds': (527,), 'usual': 0.0, 'slope': 1.0}})
    path = tmp_path / 'a.safetensors'
    save_weights(path, make_net(card), card)
    with pytest.raises(WeightsError, match=r'527 is none of the kinds of the encoder'):
        load_card(path)
