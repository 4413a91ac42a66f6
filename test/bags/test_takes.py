"""Bags of several sensors: written, and read again by what evaluates them."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import card_fields, make_card, make_net

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.takes import write_takes
from dcat_ros.datasets.takes import Take
from dcat_ros.datasets.trial import Signal
from dcat_ros.errors import BagError, ConfigError, OutputError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.messages.camera_info import decode_camera_info
from dcat_ros.messages.image import decode_image
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors import registry
from dcat_ros.sensors.registry import find_sensor
from dcat_ros.sensors.sound.messages import decode_audio

FOCAL = 285.0


def film(n=30, hz=15.0):
    frames = np.zeros((n, 60, 80), np.uint16)
    for i in range(n):
        frames[i, 10:50, 30 + i // 3 : 45 + i // 3] = 2500 + i
    return Signal(np.round(np.arange(n) * 1e9 / hz).astype(np.int64), frames)


def take(*sensors, label='walk'):
    imu = Signal.at_rate(np.random.default_rng(0).normal(size=(100, 6)), 50.0)
    noise = np.random.default_rng(1).normal(scale=0.1, size=32000).astype(np.float32)
    every = {'imu': imu, 'image': film(), 'audio': Signal.at_rate(noise[:, None], 16000)}
    return Take(label, 2.0, {name: every[name] for name in sensors}, {'focal': FOCAL / 4})


def model(modality, rate_hz):
    sensor = find_sensor(modality)
    card = make_card(
        **card_fields(
            modality=modality,
            input={
                'channels': sensor.channels,
                'units': sensor.units,
                'rate_hz': rate_hz,
                'window_s': 1.0,
                'stride_s': 0.5,
                'size': sensor.size,
            },
        )
    )
    return TorchModel(make_net(card), card)


def messages_of(path, topic):
    with BagReader(path) as bag:
        return list(bag.messages([topic]))


def test_a_bag_of_all_sensors_holds_what_they_gave(tmp_path):
    write_takes([take('imu', 'image', 'audio')], tmp_path / 'bag', pause_s=1.0)
    pictures = [decode_image(m.data) for m in messages_of(tmp_path / 'bag', '/image_raw')]
    # a second of the first frame, the film, a second of the last
    np.testing.assert_array_equal(pictures[0].pixels, film().values[0])
    np.testing.assert_array_equal(pictures[-1].pixels, film().values[-1])
    stored = np.stack([p.pixels for p in pictures])
    begin = len(stored) // 2 - 15
    np.testing.assert_array_equal(stored[begin : begin + 30], film().values)
    info = messages_of(tmp_path / 'bag', '/camera_info')
    assert len(info) == len(pictures)
    assert decode_camera_info(info[0].data) == (FOCAL / 4, 80)
    sound = np.concatenate(
        [
            decode_audio(m.data, m.type_name).samples[:, 0]
            for m in messages_of(tmp_path / 'bag', '/audio')
        ]
    )
    noise = np.random.default_rng(1).normal(scale=0.1, size=32000).astype(np.float32)
    np.testing.assert_allclose(sound[16000:48000], noise, atol=2**-15)
    assert np.abs(sound[:16000]).max() < 0.001
    assert len(messages_of(tmp_path / 'bag', '/imu/data_raw')) == 200


@pytest.mark.parametrize(
    ('modality', 'rate_hz', 'sensor', 'pause'),
    [('depth', 8.0, 'image', 'rest'), ('audio', 100.0, 'audio', '')],
)
def test_pictures_and_sound_of_a_bag_are_evaluated(tmp_path, modality, rate_hz, sensor, pause):
    write_takes([take(sensor), take(sensor, label='jog')], tmp_path / 'bag')
    evaluation = evaluate_bag(tmp_path / 'bag', model(modality, rate_hz))
    # windows of 1 s every half second of 2 x 2 s and three pauses of 1.5 s
    assert len(evaluation.predictions) in (15, 16)
    assert [s.label for s in evaluation.truth] == [
        label for label in (pause, 'walk', pause, 'jog', pause) if label
    ]
    assert evaluation.scores.n_messages > 20


def test_pictures_without_camera_info_say_what_to_give(tmp_path):
    from helpers import write_raw_bag

    write_takes([take('image')], tmp_path / 'whole')
    with BagReader(tmp_path / 'whole') as bag:
        kept = [
            (m.topic, m.type_name, m.log_time_ns, m.data)
            for m in bag.messages()
            if m.topic != '/camera_info'
        ]
    write_raw_bag(tmp_path / 'bag', kept)
    net = model('depth', 8.0)
    with pytest.raises(BagError, match=r'no usable /camera_info.*--focal'):
        evaluate_bag(tmp_path / 'bag', net)
    given = evaluate_bag(tmp_path / 'bag', net, source=BagSource(focal=FOCAL / 4))
    whole = evaluate_bag(tmp_path / 'whole', net)
    assert given.predictions == whole.predictions


def test_a_bag_without_the_sensor_lists_what_is_there(tmp_path):
    write_takes([take('imu')], tmp_path / 'bag')
    with pytest.raises(BagError, match='no topic /audio; it has'):
        evaluate_bag(tmp_path / 'bag', model('audio', 100.0))


def test_an_existing_bag_is_kept(tmp_path):
    (tmp_path / 'bag').mkdir()
    with pytest.raises(OutputError, match='exists already'):
        write_takes([take('imu')], tmp_path / 'bag')


def test_a_sensor_whose_messages_cannot_be_made_is_refused(tmp_path, monkeypatch):
    live = replace(find_sensor('imu').live, to_bag=None)
    monkeypatch.setattr(registry, 'heard', lambda: {'imu': live})
    with pytest.raises(ConfigError, match='Messages of imu are read, but not made'):
        write_takes([take('imu')], tmp_path / 'bag')
    with pytest.raises(ConfigError, match="No sensor is called 'audio'; there are imu"):
        write_takes([take('audio')], tmp_path / 'bag')
    assert not (tmp_path / 'bag').exists()
