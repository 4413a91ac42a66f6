from dataclasses import replace

import numpy as np
import pytest
from helpers import make_card, make_net

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.takes import write_takes
from dcat_ros.datasets import Signal, watch
from dcat_ros.datasets.demonstrations import DEMONSTRATIONS
from dcat_ros.datasets.takes import Take
from dcat_ros.errors import ConfigError
from dcat_ros.evaluation.demo import compare, demo_bag
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.picture import timeline_png
from dcat_ros.model.runtime import load_model
from dcat_ros.model.weights import save_weights
from dcat_ros.sensors.names import named
from dcat_ros.sensors.registry import find_sensor

pytest.importorskip('seglearn')


@pytest.fixture
def model(tmp_path):
    card = make_card(labels=(*watch.INFO.labels, 'rest'))
    save_weights(tmp_path / 'w.safetensors', make_net(card), card)
    return str(tmp_path / 'w.safetensors')


def test_every_sensor_with_a_demonstration_has_one_and_auto_has_two_sensors():
    shown = {one.called for one in named() if one.demo_rate}
    assert DEMONSTRATIONS.keys() == {*shown, 'auto'}
    assert [len(plan.sensors) for name, plan in DEMONSTRATIONS.items() if name != 'auto'] == [1] * 4
    assert len(DEMONSTRATIONS['auto'].sensors) == 2


def test_demo_bag_of_a_training_subject_is_refused(tmp_path, model):
    with pytest.raises(ConfigError, match='small was trained on subject 1; choose one'):
        demo_bag(tmp_path / 'bag', 'imu', model, '1', 5.0, None)
    assert not (tmp_path / 'bag').exists()


def test_compare_offline_with_itself_is_the_same_and_else_says_where(tmp_path, model):
    bag = demo_bag(tmp_path / 'bag', 'imu', model, '9', 3.0, None)
    assert bag.sentence.startswith('7 exercises of subject 9 of watch, whom small never saw')
    offline = evaluate_bag(bag.path, load_model(model))
    live = offline.predictions
    assert {s.label for s in offline.truth} == {*watch.INFO.labels, 'rest'}
    result = compare(bag.path, model, live)
    assert result.same
    assert result.scores.macro_f1 == pytest.approx(offline.scores.macro_f1)
    assert timeline_png(result.heard).startswith(b'\x89PNG')
    assert 'predictions live' in compare(bag.path, model, live[:-1]).difference
    moved = replace(live[3], probabilities=tuple(p + 1e-3 for p in live[3].probabilities))
    result = compare(bag.path, model, [*live[:3], moved, *live[4:]])
    assert not result.same
    assert result.difference == (
        f'probabilities differ in the window that ends at {live[3].end_ns} ns.'
    )


@pytest.mark.parametrize(
    ('sensor', 'topics'),
    [
        ('image', {'/image_raw', '/camera_info', '/activity_truth'}),
        ('auto', {'/image_raw', '/camera_info', '/imu/data_raw', '/activity_truth'}),
    ],
)
def test_demo_bag_of_pictures_says_whether_the_model_has_seen_the_person(
    tmp_path, data_dir, sensor, topics
):
    bag = demo_bag(tmp_path / 'bag', sensor, 'image_depth_utd_mhad', '6', 0.0, data_dir)
    assert '9 actions of subject 6 of utd_mhad' in bag.sentence
    assert 'image_depth_utd_mhad was trained on' in bag.sentence
    with BagReader(bag.path) as reader:
        assert set(reader.topics) == topics


def test_demo_bag_of_sounds(tmp_path, data_dir, model):
    if not (data_dir / 'kitchen20').is_dir():
        pytest.skip('needs the kitchen20 recordings: set DCAT_DATA')
    bag = demo_bag(tmp_path / 'bag', 'audio', model, '', 0.0, data_dir)
    assert '20 kitchen sounds of kitchen20, which small never saw' in bag.sentence
    with BagReader(bag.path) as reader:
        assert set(reader.topics) == {'/audio', '/activity_truth'}


def test_sound_has_no_stamps_so_most_labels_suffice(tmp_path):
    modality = find_sensor('audio')
    spec = {'channels': modality.channels, 'units': modality.units, 'rate_hz': 100.0}
    card = make_card(modality='audio', input=spec)
    save_weights(tmp_path / 'w.safetensors', make_net(card), card)
    noise = np.random.default_rng(0).normal(scale=0.1, size=(64000, 1))
    write_takes([Take('walk', 4.0, {'audio': Signal.at_rate(noise, 16000)})], tmp_path / 'bag')
    model = str(tmp_path / 'w.safetensors')
    offline = evaluate_bag(tmp_path / 'bag', load_model(model)).predictions
    late = [replace(p, end_ns=p.end_ns + 3_000_000) for p in offline]
    assert compare(tmp_path / 'bag', model, late).same
    wrong = [replace(p, label='nothing of this') for p in offline[:3]] + offline[3:]
    result = compare(tmp_path / 'bag', model, wrong)
    assert not result.same
    assert 'of the live labels are those of the offline window' in result.difference
