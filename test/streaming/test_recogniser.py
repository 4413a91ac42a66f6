from functools import partial

import numpy as np
import pytest
import torch
from helpers import LevelModel, imu_message, make_card, make_net, string_message, write_raw_bag

from dcat_ros.errors import ConfigError
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors.inertial.samples import rotate
from dcat_ros.streaming.recogniser import Recogniser

BEGIN_NS = 1_700_000_000_000_000_000


def recording(n, sensor_hz=50, seed=0):
    rng = np.random.default_rng(seed)
    stamps = BEGIN_NS + np.round(np.arange(n) * 1e9 / sensor_hz).astype(np.int64)
    return stamps, rng.normal(size=(n, 6)) * 3


@pytest.fixture(scope='module')
def model():
    card = make_card(network={'ppv': True}, calibration={'temperature': 1.7})
    net = make_net(card)
    windows = torch.from_numpy(recording(500)[1].astype(np.float32).reshape(10, 50, 6))
    net.ppv.fit(windows, torch.Generator().manual_seed(0))
    return TorchModel(net, card)


@pytest.mark.parametrize('sensor_hz', [50, 200])
def test_recogniser_samples_bag_and_batches_agree(model, tmp_path, sensor_hz):
    n = 5 * sensor_hz
    stamps, values = recording(n, sensor_hz)
    one_by_one = Recogniser(model)
    first = [
        p for s, v in zip(stamps, values, strict=True) for p in one_by_one.push(int(s), v, 'imu')
    ]
    batches = Recogniser(model)
    second = batches.classify_many(batches.stream.push_many(stamps, values, 'imu'))
    messages = [('/activity_truth', 'std_msgs/msg/String', BEGIN_NS, string_message('walk'))]
    messages += [
        ('/imu/data_raw', 'sensor_msgs/msg/Imu', int(s), imu_message(int(s), v, 'imu'))
        for s, v in zip(stamps, values, strict=True)
    ]
    write_raw_bag(tmp_path / 'bag', messages)
    third = evaluate_bag(tmp_path / 'bag', model).predictions
    assert len(first) >= 8
    for other in (second, third):
        assert [(p.start_ns, p.end_ns, p.label, p.frame_id) for p in other] == [
            (p.start_ns, p.end_ns, p.label, p.frame_id) for p in first
        ]
        for a, b in zip(first, other, strict=True):
            np.testing.assert_allclose(a.probabilities, b.probabilities, rtol=0, atol=1e-5)
    for p in first:
        assert sum(p.probabilities) == pytest.approx(1)
        assert p.confidence == max(p.probabilities)


def test_recogniser_more_windows_than_a_batch_keeps_the_order():
    card = make_card(input={'stride_s': 0.02})
    recogniser = Recogniser(LevelModel(card))
    n = 400
    stamps = BEGIN_NS + 20_000_000 * np.arange(n)
    values = np.zeros((n, 6))
    values[200:, 0] = 2.0
    found = recogniser.classify_many(recogniser.stream.push_many(stamps, values))
    assert len(found) == n - 49
    assert [p.end_ns for p in found] == stamps[49:].tolist()
    assert [p.label for p in found[:151]] == ['walk'] * 151
    assert [p.label for p in found[200:]] == ['rest'] * 151


def test_recogniser_threshold_makes_unknown_at_once():
    recogniser = Recogniser(LevelModel(make_card(), confidence=0.6))
    stamps, values = BEGIN_NS + 20_000_000 * np.arange(75), np.zeros((75, 6))
    windows = recogniser.stream.push_many(stamps, values)
    assert [p.label for p in recogniser.classify_many(windows)] == ['walk', 'walk']
    recogniser.unknown_threshold = 0.61
    found = recogniser.classify(windows[0])
    assert (found.label, found.state) == ('unknown', 'unknown')
    assert found.probabilities == pytest.approx((0.6, 0.2, 0.2), abs=1e-6)


def test_recogniser_threshold_is_the_cards_at_first():
    card = make_card(calibration={'unknown_threshold': 0.7})
    recogniser = Recogniser(LevelModel(card, confidence=0.6))
    found = recogniser.classify_many(
        recogniser.stream.push_many(20_000_000 * np.arange(50), np.zeros((50, 6)))
    )
    assert [p.state for p in found] == ['unknown']


def test_recogniser_temperature_softens():
    card = make_card(calibration={'temperature': 2.0})
    recogniser = Recogniser(LevelModel(card, confidence=0.64))
    (found,) = recogniser.classify_many(
        recogniser.stream.push_many(20_000_000 * np.arange(50), np.zeros((50, 6)))
    )
    roots = np.sqrt([0.64, 0.18, 0.18])
    np.testing.assert_allclose(found.probabilities, roots / roots.sum(), atol=1e-6)


def test_recogniser_rotation_turns_both_vectors():
    seen = []

    class Spy(LevelModel):
        def log_probabilities(self, windows):
            seen.append(windows.copy())
            return super().log_probabilities(windows)

    recogniser = Recogniser(Spy(make_card()))
    matrix = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], dtype=np.float32)
    recogniser.prepare = partial(rotate, matrix=matrix)
    values = np.tile([1.0, 0.0, 9.0, 0.0, 2.0, 3.0], (50, 1))
    recogniser.classify_many(recogniser.stream.push_many(20_000_000 * np.arange(50), values))
    # a quarter turn about z: x becomes y, y becomes -x
    np.testing.assert_allclose(seen[0][0, 7], [0, 1, 9, -2, 0, 3], atol=1e-6)


def test_recogniser_stale_says_so():
    found = Recogniser(LevelModel(make_card())).stale(5, 'imu')
    assert (found.label, found.state, found.confidence) == ('unknown', 'stale', 0.0)
    assert (found.probabilities, found.start_ns, found.end_ns, found.frame_id) == ((), 5, 5, 'imu')


def test_recogniser_no_window_gives_nothing():
    assert Recogniser(LevelModel(make_card())).classify_many([]) == []


def test_recogniser_stride_of_the_user_counts():
    recogniser = Recogniser(LevelModel(make_card()), stride_s=0.1)
    found = recogniser.stream.push_many(20_000_000 * np.arange(100), np.zeros((100, 6)))
    assert np.diff([w.end_ns for w in found]).tolist() == [100_000_000] * 10


def test_recogniser_stride_longer_than_window_is_refused():
    with pytest.raises(ConfigError, match=r'stride=3\.0 s must be at most the window'):
        Recogniser(LevelModel(make_card()), stride_s=3.0)
