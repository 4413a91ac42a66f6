"""dcat train: success, misuse, and its exit codes."""

import json

import numpy as np
import pytest
import yaml
from helpers import train_fields

from dcat_ros.bags.takes import write_takes
from dcat_ros.datasets.takes import Take
from dcat_ros.datasets.trial import Signal
from dcat_ros.model.find import load_card
from dcat_ros.model.onnx_model import OnnxModel
from dcat_ros.model.runtime import load_model


def write_recipe(tmp_path, **changes):
    fields = train_fields(**{'dataset': 'made', **changes})
    (tmp_path / 'r.yaml').write_text(yaml.safe_dump(fields))


def test_train_writes_weights_card_and_curves(dcat, tmp_path):
    write_recipe(tmp_path, subjects=['1', '2'])
    code, out, err = dcat('train', '--config', 'r.yaml', '--out', 'm/w.safetensors')
    assert code == 0, err
    assert out.startswith('# tiny')
    card = load_card(tmp_path / 'm' / 'w.safetensors')
    assert card.training.command == 'dcat train --config r.yaml'
    assert (tmp_path / 'm' / 'w.md').read_text().startswith('# tiny')
    assert isinstance(load_model(tmp_path / 'm' / 'w.onnx'), OnnxModel)
    assert (tmp_path / 'runs' / 'tiny' / 'curves.png').read_bytes().startswith(b'\x89PNG')


@pytest.mark.usefixtures('weights_only')
@pytest.mark.parametrize('better', [True, False])
def test_train_says_when_the_teacher_taught_nothing(dcat, tmp_path, monkeypatch, better):
    monkeypatch.setattr('dcat_ros.training.train.is_better', lambda taught, twin: better)
    short = {'source': 'gyroscope', 'steps': 20}
    write_recipe(tmp_path, subjects=['1', '2'], modality='accelerometer', transfer=short)
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
    assert not list(tmp_path.glob('models/*'))


@pytest.mark.parametrize('changes', [{'stride_s': 3.0}, {'lag_s': 3.0}, {'seed': -1}])
def test_train_recipe_whose_numbers_do_not_fit_is_exit_code_2(dcat, tmp_path, changes):
    write_recipe(tmp_path, **changes)
    code, _, _ = dcat('train', '--config', 'r.yaml')
    assert code == 2


def test_train_that_diverges_is_exit_code_1(dcat, tmp_path):
    write_recipe(
        tmp_path, augment={'scale': 1000}, optimiser={'learning_rate': 1e30, 'clip_norm': 1e30}
    )
    code, _, err = dcat('train', '--config', 'r.yaml')
    assert code == 1
    assert 'dcat: the loss is' in err


@pytest.mark.usefixtures('weights_only')
def test_train_on_ones_own_bags_and_run_the_weights_on_one(dcat, tmp_path):
    """From bags to weights that name what is in a bag."""
    rng = np.random.default_rng(0)
    (tmp_path / 'bags').mkdir()
    for subject in 'abc':
        takes = []
        for repetition in range(3):
            for i, label in enumerate(('nod', 'shake')):
                time = np.arange(200) / 50
                values = rng.normal(scale=0.1, size=(200, 6))
                values[:, i] += 9.8 + 5 * np.sin(2 * np.pi * (1 + i) * time + repetition)
                takes.append(Take(label, 4.0, {'imu': Signal.at_rate(values, 50.0)}))
        write_takes(takes, tmp_path / 'bags' / subject)
    (tmp_path / 'bags' / 'bags.csv').write_text('bag,subject\na,a\nb,b\nc,c\nmissing,d\n')
    write_recipe(tmp_path, dataset='bags', optimiser={'steps': 60})
    code, _, err = dcat(
        'train', '--config', 'r.yaml', '--data', str(tmp_path), '--out', 'w.safetensors'
    )
    assert code == 0, err
    assert 'skipped missing: There is no bag' in err
    assert load_card(tmp_path / 'w.safetensors').labels == ('nod', 'shake', 'rest')
    code, _, err = dcat('evaluate', 'bags/b', '--model', 'w.safetensors', '--json', 's.json')
    assert code == 0, err
    scores = json.loads((tmp_path / 's.json').read_text())['models'][0]['scores']
    assert scores['macro_f1'] > 0.8


@pytest.mark.slow
@pytest.mark.usefixtures('weights_only')
@pytest.mark.parametrize(('source', 'target'), [('imu', 'audio'), ('audio', 'imu')])
def test_train_on_ones_own_bags_where_sound_is_taught_or_teaches(dcat, tmp_path, source, target):
    """Bags with two sensors, the labels of one of them, a node's weights of the other."""
    rng = np.random.default_rng(0)
    (tmp_path / 'bags').mkdir()
    for subject in 'abc':
        takes = []
        for _ in range(2):
            for i, label in enumerate(('stir', 'knock')):
                time = np.arange(150) / 50
                values = 0.2 * rng.normal(size=(150, 6)) + [0, 0, 9.81, 0, 0, 0]
                values[:, i] += 5 * np.sin(2 * np.pi * (1 + 2 * i) * time)
                time = np.arange(48_000) / 16_000
                sound = 0.2 * np.sin(2 * np.pi * (200 + 1800 * i) * time)
                sound *= 1 + np.sin(2 * np.pi * (1 + 2 * i) * time)
                sound += 0.01 * rng.normal(size=len(time))
                stamps = np.round(np.arange(48_000) * 1e9 / 16_000).astype(np.int64)
                signals = {
                    'imu': Signal.at_rate(values, 50.0),
                    'audio': Signal(stamps, sound[:, None].astype(np.float32)),
                }
                takes.append(Take(label, 3.0, signals))
        write_takes(takes, tmp_path / 'bags' / subject)
    (tmp_path / 'bags' / 'bags.csv').write_text('bag,subject\na,a\nb,b\nc,c\n')
    write_recipe(
        tmp_path,
        dataset='bags',
        modality=target,
        network={'width': 16, 'd_attention': 8},
        optimiser={'steps': 40, 'batch_size': 8},
        transfer={'source': source, 'steps': 20, 'labelled_subjects': ['a', 'b']},
    )
    code, out, err = dcat(
        'train', '--config', 'r.yaml', '--data', tmp_path, '--out', 'w.safetensors',
        '--source', source, '--method', 'kd',
    )  # fmt: skip
    assert code == 0, err
    assert 'without transfer' in out or f'with kd from {source}' in out
    code, _, err = dcat('evaluate', 'bags/c', '--model', 'w.safetensors', '--json', 's.json')
    assert code == 0, err
    (model,) = json.loads((tmp_path / 's.json').read_text())['models']
    assert model['scores']['macro_f1'] > 0.7


@pytest.mark.usefixtures('weights_only')
def test_train_never_writes_over_the_weights_of_another_recipe(dcat, tmp_path):
    write_recipe(tmp_path, subjects=['1', '2'])
    for _ in range(2):  # its own it may make again
        code, _, err = dcat('train', '--config', 'r.yaml')
        assert code == 0, err
    made = tmp_path / 'models' / 'tiny.safetensors'
    before = made.read_bytes()
    write_recipe(tmp_path, subjects=['1', '2'], seed=7)
    code, _, err = dcat('train', '--config', 'r.yaml')
    assert code == 2
    assert 'not made by this recipe; give --out' in ' '.join(err.split())
    assert made.read_bytes() == before
