"""The grid that a configuration asks for, and the sentences about what is wrong in it."""

import pytest
import yaml
from experiment_helpers import config_fields, make_config, plain
from helpers import REPO

from dcat_ros.errors import ConfigError
from dcat_ros.experiment.config import read_experiment

SHIPPED = sorted((REPO / 'config' / 'experiments').glob('*.yaml'))
BLOCK = config_fields()['blocks'][0]


@pytest.mark.parametrize('path', SHIPPED, ids=lambda path: path.stem)
def test_shipped_experiments_are_read_and_their_files_differ(path):
    config = read_experiment(path)
    assert config.name == path.stem
    cells = config.cells()
    assert len({cell.file for cell in cells}) == len(cells) == len(set(cells))
    tries = config.tuning_cells()
    assert len({cell.file for cell in tries}) == len(tries)
    methods = {cell.method for cell in cells}
    if tries:
        counts = {m: sum(cell.method == m for cell in tries) for m in methods}
        assert len(set(counts.values())) == 1


def test_blocks_come_in_their_order_and_the_first_seed_of_each_first():
    blocks = (BLOCK | {'seeds': (0, 1), 'regimes': ('id_1',)}, BLOCK | {'regimes': ('ood_1',)})
    cells = make_config(blocks=blocks).cells()
    assert [(cell.regime, cell.seed) for cell in cells[::3]] == [
        ('id_1', 0),
        ('id_1', 1),
        ('ood_1', 0),
    ]


def test_labels_alone_are_there_once_for_all_sources_and_without_unlabelled_ones():
    blocks = (
        BLOCK
        | {
            'directions': ('gyroscope>accelerometer', 'imu>accelerometer'),
            'regimes': ('id_1', 'id_1_alone'),
            'sources': ('same_labels', 'all_labels'),
        },
    )
    alone = [cell for cell in make_config(blocks=blocks).cells() if cell.method == 'none']
    assert [(cell.direction, cell.regime) for cell in alone] == [('none>accelerometer', 'id_1')]


def test_digest_names_the_settings_and_not_the_grid():
    config = make_config()
    assert config.digest() == make_config(title='Other', blocks=(BLOCK | {'seeds': (7,)},)).digest()
    assert config.digest() != make_config(optimiser={'steps': 5, 'batch_size': 4}).digest()
    assert config.digest() != make_config(crop=0.2).digest()


def test_tries_change_the_weights_and_for_none_the_learning_rate():
    config = make_config(factors=(0.25, 4.0), tune_directions=('gyroscope>accelerometer',))
    assert config.weights('kd+dcat', 1) == {'kd': 4.0, 'dcat': 40.0}
    assert config.optimiser_for('kd', 1) == config.optimiser
    assert config.optimiser_for('none', 1).learning_rate == pytest.approx(6e-3)


@pytest.mark.parametrize(
    ('changes', 'text'),
    [
        ({'blocks': (BLOCK | {'directions': ('imu',)},)}, "'imu' is not source>target"),
        ({'blocks': (BLOCK | {'directions': ('imu>smell',)},)}, "no view 'smell'"),
        ({'blocks': (BLOCK | {'regimes': ('id_9',)},)}, "no regime 'id_9'"),
        ({'blocks': (BLOCK | {'methods': ('kt',)},)}, "no transfer loss 'kt'"),
        ({'blocks': (BLOCK | {'methods': ('kd+kd',)},)}, 'stands twice'),
        ({'blocks': (BLOCK | {'rotations': (-1,)},)}, 'greater than or equal to 0'),
        ({'blocks': ()}, 'at least 1 item'),
        ({'factors': (1.0, 2.0)}, 'several tries need tune_directions'),
        ({'factors': (1.0, -2.0)}, 'greater than 0'),
        ({'tune_subjects': ('5',)}, 'at least 2 items'),
        ({'stepz': 3}, 'there is no such field'),
        ({'name': 'a/b'}, 'pattern'),
    ],
)
def test_wrong_field_is_a_sentence(tmp_path, changes, text):
    path = tmp_path / 'x.yaml'
    path.write_text(yaml.safe_dump(plain(config_fields(**changes))))
    with pytest.raises(ConfigError) as caught:
        read_experiment(path)
    assert text in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert '\n' not in str(caught.value)
