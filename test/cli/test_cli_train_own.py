"""dcat train without a recipe: labels in the bags, none, what lacks, and what misleads."""

import json

import numpy as np
import pytest
from own_bags import record, shift_pictures, tiny

from dcat_ros.model.find import load_card
from dcat_ros.model.weights import load_weights


@pytest.fixture
def quick(monkeypatch):
    """Recipes that take seconds."""
    monkeypatch.setattr('dcat_ros.own.recipe._shipped', tiny)


@pytest.fixture
def mine(tmp_path, quick):
    """Two people's bags, without a list."""
    for seed, person in enumerate(('anna', 'bo')):
        record(tmp_path / 'mine' / f'{person}_1', seed)
    return tmp_path / 'mine'


@pytest.mark.usefixtures('weights_only')
def test_bags_with_labels_train_without_a_recipe(dcat, mine, tmp_path):
    code, _, err = dcat('train', '--data', 'mine', '--target', 'imu')
    assert code == 0, err
    assert '2 bags of 2 people (bo, anna), as the names of the files say' in err
    assert 'training imu on 2 labels, windows of 2 s: about a minute or two for 3 networks' in err
    assert 'misleading' not in err
    card = load_card(tmp_path / 'models' / 'mine_imu.safetensors')
    assert card.labels == ('nod', 'shake', 'rest')
    assert card.training.command == 'dcat train --data DIR --target imu'
    code, _, err = dcat('train', '--data', 'mine', '--target', 'audio')
    assert code == 2
    assert 'has no topic /audio' in err


@pytest.mark.slow
@pytest.mark.usefixtures('weights_only')
def test_one_sensor_names_what_the_other_learns_and_no_label_is_looked_at(dcat, mine, tmp_path):
    code, _, err = dcat('train', '--data', 'mine', '--target', 'imu', '--out', 's.safetensors')
    assert code == 0, err
    learn = ['--source', 's.safetensors', '--target', 'image', '--ignore-labels']
    code, out, err = dcat('train', '--data', 'mine', *learn, '--out', 't.safetensors')
    assert code == 0, err
    assert 'no labels, taught by s.safetensors (kd)' in err
    assert 'The source named' in err
    assert 'agreement with the source' in out
    card = load_card(tmp_path / 't.safetensors')
    assert (card.modality, card.labels) == ('depth', ('nod', 'shake', 'rest'))
    assert card.training.method == 'kd'
    assert card.training.source_modality == 'imu'
    assert card.training.source_sha256
    assert {r.metric for r in card.results} >= {'agreement with the source'}
    # labels that were never looked at agree with what was learned
    record(tmp_path / 'dora', 9)
    code, _, err = dcat('evaluate', 'dora', '--model', 't.safetensors', '--json', 'e.json')
    assert code == 0, err
    scores = json.loads((tmp_path / 'e.json').read_text())['models'][0]['scores']
    assert scores['macro_f1'] > 0.55
    # and labels that say the contrary change nothing
    for name in ('anna_1', 'bo_1'):
        (tmp_path / 'mine' / f'{name}.csv').write_text('start,end,label\n2,6,shake\n8,12,other\n')
    code, _, err = dcat('train', '--data', 'mine', *learn, '--out', 'u.safetensors', '--work', 'u')
    assert code == 0, err
    (t, _), (u, _) = (load_weights(tmp_path / f'{name}.safetensors') for name in 'tu')
    for key, tensor in t.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), u.state_dict()[key].numpy())


@pytest.mark.usefixtures('weights_only')
def test_what_misleads_is_said(dcat, tmp_path, quick):
    """p1 and p2 are taken for one person."""
    record(tmp_path / 'mine' / 'p1', 0, repetitions=2)
    record(tmp_path / 'mine' / 'p2', 1, repetitions=2)
    code, _, err = dcat('train', '--data', 'mine', '--target', 'imu')
    assert code == 0, err
    err = ' '.join(err.split())
    assert 'misleading: All recordings are of one person, p:' in err
    assert 'misleading: nod has 32 windows in 4 stretches' not in err


def test_a_label_of_one_person_is_left_out_and_too_few_are_refused(dcat, tmp_path, quick):
    record(tmp_path / 'mine' / 'anna_1', 0, labels=('nod',))
    record(tmp_path / 'mine' / 'bo_1', 1)
    code, _, err = dcat('train', '--data', 'mine', '--target', 'imu')
    assert code == 2
    assert '1 labels are left of 2' in err
    assert 'shake is left out: it is done by bo alone' in err


@pytest.mark.parametrize(
    ('args', 'text'),
    [
        (['--data', 'none', '--target', 'imu'], 'There is no folder none'),
        (['--data', 'empty', '--target', 'imu'], 'empty holds no bag'),
        (['--data', 'mine', '--target', 'imy'], "Did you mean 'imu'"),
        (['--data', 'mine', '--target', 'skeleton'], 'No messages of skeleton are known'),
        (['--data', 'mine'], '--target with the sensor that learns'),
        (['--target', 'imu'], '--data is needed'),
        (['--data', 'mine', '--target', 'imu', '--source', 'imu'], 'name another one'),
        (['--data', 'mine', '--target', 'imu', '--source', 'no.safetensors'], 'no weights file'),
        (['--data', 'mine', '--target', 'imu', '--method', 'kd'], 'need a second sensor'),
        (
            ['--data', 'mine', '--target', 'imu', '--source', 'depth', '--method', 'kdd'],
            "Did you mean 'kd'",
        ),
        (['--data', 'mine', '--target', 'imu', '--ignore-labels'], 'No label is looked at'),
        (
            ['--data', 'mine', '--target', 'imu', '--source', 'depth', '--ignore-labels'],
            'depth is a sensor that would learn from labels, too',
        ),
        (['--config', 'r.yaml', '--target', 'imu'], '--target goes without --config'),
        (
            ['--target', 'imu', '--estimate-offset', '--apply-offset'],
            '--apply-offset is for a training',
        ),
        (['--target', 'imu', '--estimate-offset', '--out', 'x'], '--out is for a training'),
    ],
)
def test_what_lacks_is_one_sentence(dcat, mine, tmp_path, args, text):
    (tmp_path / 'empty').mkdir()
    code, _, err = dcat('train', *args)
    assert code == 2
    assert text in ' '.join(err.replace('│', ' ').split())
    assert not list(tmp_path.glob('models/*'))


def test_the_offset_of_clocks_is_said_and_nothing_is_trained(dcat, tmp_path, quick):
    record(tmp_path / 'mine' / 'anna_1', repetitions=8)
    shift_pictures(tmp_path / 'mine' / 'anna_1', 0.8)
    ask = ['--data', 'mine', '--source', 'image', '--target', 'imu', '--estimate-offset']
    code, out, err = dcat('train', *ask)
    assert code == 0, err
    assert out.startswith('anna_1: image is 0.')
    assert ' s ahead of imu (± ' in out
    found = float(out.split(' is ')[1].split(' s ')[0])
    assert found == pytest.approx(0.8, abs=0.1)
    assert 'not applied' not in out
    assert not list(tmp_path.glob('models/*'))
