"""dcat train: success, misuse, and its exit codes."""

import pytest
import yaml
from helpers import train_fields

from dcat_ros.model.weights import load_card


def write_recipe(tmp_path, **changes):
    (tmp_path / 'r.yaml').write_text(yaml.safe_dump(train_fields(dataset='made', **changes)))


def test_train_writes_weights_card_and_curves(dcat, tmp_path):
    write_recipe(tmp_path, subjects=['1', '2'])
    code, out, err = dcat('train', '--config', 'r.yaml', '--out', 'm/w.safetensors')
    assert code == 0, err
    assert out.startswith('# tiny')
    card = load_card(tmp_path / 'm' / 'w.safetensors')
    assert card.training.command == 'dcat train --config r.yaml'
    assert (tmp_path / 'm' / 'w.md').read_text().startswith('# tiny')
    assert (tmp_path / 'runs' / 'tiny' / 'curves.png').read_bytes().startswith(b'\x89PNG')


@pytest.mark.parametrize('better', [True, False])
def test_train_says_when_the_teacher_taught_nothing(dcat, tmp_path, monkeypatch, better):
    monkeypatch.setattr('dcat_ros.training.train.is_better', lambda taught, twin: better)
    write_recipe(tmp_path, subjects=['1', '2'], modality='accelerometer')
    args = ['--source', 'gyroscope', '--method', 'kd', '--out', 'w.safetensors']
    code, _, err = dcat('train', '--config', 'r.yaml', *args)
    assert code == 0, err
    said = 'no better with kd from gyroscope: labels alone made these weights' in err
    assert said != better
    assert load_card(tmp_path / 'w.safetensors').training.method == ('kd' if better else 'none')


@pytest.mark.parametrize(
    ('changes', 'text'),
    [
        ({'subjects': ['9']}, 'subject 9 is not in made'),
        ({'folds': 5}, '5 folds need as many subjects'),
        ({'window_s': 'x'}, "'window_s'"),
        ({'dateset': 'made'}, "Did you mean 'dataset'"),
    ],
    ids=['subject', 'folds', 'type', 'unknown field'],
)
def test_train_unusable_recipe_is_exit_code_2(dcat, tmp_path, changes, text):
    write_recipe(tmp_path, **changes)
    code, _, err = dcat('train', '--config', 'r.yaml')
    assert code == 2
    assert text in ' '.join(err.split())
    assert not (tmp_path / 'models').exists()


@pytest.mark.parametrize('changes', [{'stride_s': 3.0}, {'lag_s': 3.0}, {'seed': -1}])
def test_train_recipe_whose_numbers_do_not_fit_is_exit_code_2(dcat, tmp_path, changes):
    write_recipe(tmp_path, **changes)
    code, _, _ = dcat('train', '--config', 'r.yaml')
    assert code == 2


def test_train_that_diverges_is_exit_code_1(dcat, tmp_path):
    write_recipe(
        tmp_path, augment={'scale': 1e300}, optimiser={'learning_rate': 1e30, 'clip_norm': 1e30}
    )
    code, _, err = dcat('train', '--config', 'r.yaml')
    assert code == 1
    assert 'dcat: the loss is' in err
