from dataclasses import replace

import pytest
from helpers import make_card, make_net

from dcat_ros.datasets import watch
from dcat_ros.errors import ConfigError
from dcat_ros.evaluation.demo import compare, demo_bag
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.model.runtime import load_model
from dcat_ros.model.weights import save_weights

pytest.importorskip('seglearn')


@pytest.fixture
def model(tmp_path):
    card = make_card(labels=(*watch.INFO.labels, 'rest'))
    save_weights(tmp_path / 'w.safetensors', make_net(card), card)
    return str(tmp_path / 'w.safetensors')


def test_demo_bag_of_a_training_subject_is_refused(tmp_path, model):
    with pytest.raises(ConfigError, match='small was trained on subject 1; choose one'):
        demo_bag(tmp_path / 'bag', model, '1', 5.0)
    assert not (tmp_path / 'bag').exists()


def test_compare_offline_with_itself_is_the_same_and_else_says_where(tmp_path, model):
    bag = demo_bag(tmp_path / 'bag', model, '9', 3.0)
    assert bag.sentence.startswith('7 exercises of subject 9 of watch, whom small never saw')
    offline = evaluate_bag(bag.path, load_model(model))
    live = offline.predictions
    assert {s.label for s in offline.truth} == {*watch.INFO.labels, 'rest'}
    result = compare(bag.path, model, live)
    assert result.same
    assert result.scores.macro_f1 == pytest.approx(offline.scores.macro_f1)
    assert result.picture.startswith(b'\x89PNG')
    assert 'predictions live' in compare(bag.path, model, live[:-1]).difference
    moved = replace(live[3], probabilities=tuple(p + 1e-3 for p in live[3].probabilities))
    result = compare(bag.path, model, [*live[:3], moved, *live[4:]])
    assert not result.same
    assert result.difference == (
        f'probabilities differ in the window that ends at {live[3].end_ns} ns.'
    )
