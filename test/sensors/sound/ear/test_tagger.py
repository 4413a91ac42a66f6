"""The tagger: what the public code says, any length, any number at once."""

import numpy as np
import onnx
import pytest
from scipy.signal import lfilter
from test_rows import chirp, reference

from dcat_ros.errors import ConfigError
from dcat_ros.pretrained.known import TAGGER
from dcat_ros.pretrained.store import place_of
from dcat_ros.pretrained.tensors import read_tensors
from dcat_ros.sensors.sound.ear.rows import ear_rows
from dcat_ros.sensors.sound.ear.session import Tagger
from dcat_ros.sensors.sound.ear.tagger import tagger


@pytest.fixture(scope='module')
def network(tagger_file):
    return tagger(read_tensors(tagger_file.read_bytes()))


def with_ends(samples):
    """Sound of which our frames are those of the public code, that mirrors what is emphasised."""
    emphasised = samples[1:].astype(np.float64) - 0.97 * samples[:-1]
    mirrored = np.pad(emphasised, 400, mode='reflect')
    return lfilter([1.0], [1.0, -0.97], np.concatenate([[0.0], mirrored]))


def test_it_says_what_the_public_code_says(network):
    rows = ear_rows(with_ends(chirp()))[None]
    assert rows.shape == (1, 300, 128)
    ear = Tagger(network)
    features = ear.tokens(rows).reshape(1, -1, 384, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(features[0], reference()['features'], atol=1e-4)
    np.testing.assert_allclose(ear.kinds(rows)[0], reference()['logits'], atol=1e-4)


def test_the_file_is_what_onnx_expects(network):
    onnx.checker.check_model(onnx.load_from_string(network), full_check=True)


@pytest.mark.parametrize(('n', 'length', 'tokens'), [(1, 1, 1), (3, 33, 2), (40, 100, 4)])
def test_any_number_of_any_length(network, n, length, tokens):
    rows = np.random.default_rng(0).normal(-40, 20, size=(n, length, 128)).astype(np.float32)
    ear = Tagger(network)
    found = ear.tokens(rows)
    assert found.shape == (n, tokens, 1536)
    np.testing.assert_allclose(found[-1:], ear.tokens(rows[-1:]), atol=1e-4)
    assert ear.kinds(rows).shape == (n, 527)


def test_what_the_user_brought_is_used(has_tagger, network):
    rows = np.full((1, 50, 128), -60, np.float32)
    np.testing.assert_array_equal(Tagger.ready().tokens(rows), Tagger(network).tokens(rows))


def test_without_it_the_sentence_has_the_command(no_tagger):
    with pytest.raises(ConfigError, match=r'is not on this machine; get it with: dcat models get'):
        Tagger.ready()
    place_of(TAGGER).parent.mkdir(parents=True)
    place_of(TAGGER).write_bytes(b'damaged')
    with pytest.raises(ConfigError, match=r'damaged or another file.*dcat models get tagger'):
        Tagger.ready()
