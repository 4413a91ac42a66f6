"""A model behind a network of others: what it needs is named, and is no part of its files."""

import numpy as np
import pytest
from helpers import ear_card, make_net, run_python

from dcat_ros.card.text import card_text
from dcat_ros.errors import ConfigError, WeightsError
from dcat_ros.model.export import save_onnx
from dcat_ros.model.find import load_card
from dcat_ros.model.record import parse_card
from dcat_ros.model.runtime import load_model
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.model.weights import save_weights
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.sensors.sound.ear.session import Tagger


def rows(n=2, length=100):
    values = np.random.default_rng(0).normal(-50, 15, size=(n, length, 128))
    return values.astype(np.float32)


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / 'ear.safetensors'
    card = ear_card()
    save_weights(path, make_net(card), card)
    return path


def test_a_weights_file_holds_only_what_is_ours_and_says_what_it_needs(weights, no_tagger):
    assert weights.stat().st_size < 200_000
    assert 'dcat models get tagger' in card_text(load_card(weights))
    model = load_model(weights)  # whoever only reads its record needs nothing
    for ask in (
        model.make_ready,
        model.warm_up,
        lambda: model.log_probabilities(rows()),
        lambda: model.segment_log_probabilities(rows()[0]),
    ):
        with pytest.raises(ConfigError, match=r'not on this machine; get it with: dcat models get'):
            ask()


def test_windows_go_through_it_first(has_tagger):
    card = ear_card()
    net, ear = make_net(card), Tagger.ready()
    model = TorchModel(net, card)
    np.testing.assert_array_equal(
        model.log_probabilities(rows()), model.said_of(ear.tokens(rows()))
    )
    whole = rows(1, 333)
    np.testing.assert_array_equal(
        model.segment_log_probabilities(whole[0]), model.log_probabilities(whole)[0]
    )


def test_onnxruntime_says_the_same_in_a_process_without_torch(weights, has_tagger):
    card = load_card(weights)
    model = load_model(weights, 'torch')
    path = weights.with_suffix('.onnx')
    save_onnx(path, make_net(card), card, '0' * 64)
    assert path.stat().st_size < 300_000
    np.testing.assert_allclose(
        np.exp(load_model(path).log_probabilities(rows())),
        np.exp(model.log_probabilities(rows())),
        atol=1e-4,
    )
    code = (
        'import sys; sys.modules |= dict.fromkeys(("torch", "onnx", "scipy", "onnxscript"))\n'
        'from dcat_ros.model.runtime import load_model\n'
        f'model = load_model({str(path)!r})\nmodel.warm_up()\nprint(model.backend)'
    )
    done = run_python('-c', code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('onnxruntime')


@pytest.mark.parametrize(
    ('encoder', 'said'),
    [
        ({'name': 'pose', 'sha256': 'a' * 64}, "audio has no encoder 'pose'; there is tagger"),
        ({'name': 'tagger', 'sha256': 'a' * 64}, 'trained behind another tagger'),
        (None, 'has the channels mel0, mel1'),
    ],
)
def test_a_record_with_another_encoder_is_refused(tmp_path, encoder, said):
    record = ear_card(encoder=encoder).model_dump_json()
    with pytest.raises(WeightsError, match=said):
        parse_card(tmp_path, record)


def test_the_sensor_of_its_card_has_the_encoder():
    sensor = sensor_of(ear_card())
    assert sensor.encoder.name == 'tagger'
    assert (sensor.n_values, sensor.n_inputs) == (128, 1536)
