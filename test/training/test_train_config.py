import pytest
import yaml
from helpers import REPO, train_fields

from dcat_ros.errors import ConfigError
from dcat_ros.training.config import TrainConfig, read_config


def write(tmp_path, **changes):
    path = tmp_path / 'recipe.yaml'
    path.write_text(yaml.safe_dump(train_fields(**changes)))
    return path


def test_read_config_has_what_is_written_and_defaults_else(tmp_path):
    config = read_config(write(tmp_path, seed=7, subjects=['1', '3']))
    assert (config.seed, config.subjects, config.window_s) == (7, ('1', '3'), 1.0)
    assert config.optimiser.steps == 20
    assert config.optimiser.learning_rate == 3e-3
    assert config.unknown_at == 0.05


@pytest.mark.parametrize('path', sorted((REPO / 'config' / 'train').glob('*.yaml')), ids=str)
def test_read_config_every_shipped_one_is_right(path):
    config = read_config(path)
    assert config.name == path.stem


@pytest.mark.parametrize(
    ('changes', 'match'),
    [
        ({'name': 'a b'}, "'name'"),
        ({'name': '../up'}, "'name'"),
        ({'window_s': 0}, "'window_s'"),
        ({'window_s': float('nan')}, "'window_s'"),
        ({'stride_s': 'often'}, "'stride_s'"),
        ({'lag_s': -1}, "'lag_s'"),
        ({'folds': 1}, "'folds'"),
        ({'joins': 0}, "'joins'"),
        ({'rest_share': 1.0}, "'rest_share'"),
        ({'ppv_penalty': 0}, "'ppv_penalty'"),
        ({'unknown_at': 1.1}, "'unknown_at'"),
        ({'seed': 1.5}, "'seed'"),
        ({'subjects': 3}, "'subjects'"),
        ({'network': {'width': 0}}, "'network.width'"),
        ({'augment': {'noise': -1}}, "'augment.noise'"),
        ({'augment': {'warp': 1}}, "'augment.warp'"),
        ({'optimiser': {'steps': 0}}, "'optimiser.steps'"),
        ({'optimiser': {'batch_size': 1}}, "'optimiser.batch_size'"),
        ({'optimiser': {'average': 1}}, "'optimiser.average'"),
        ({'optimiser': {'momentum': 1}}, "'optimiser.momentum'"),
        ({'modality': 'depth', 'network': {'ppv': True}}, r'write "network: {ppv: false}"'),
        ({'windows_s': 2}, "'windows_s'.*Did you mean 'window_s'"),
        ({'optimizer': {}}, "'optimizer'.*Did you mean 'optimiser'"),
    ],
)
def test_read_config_wrong_field_is_named(tmp_path, changes, match):
    with pytest.raises(ConfigError, match=match) as caught:
        read_config(write(tmp_path, **changes))
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('changes', [{'stride_s': 1.5}, {'lag_s': 1.5}])
def test_read_config_durations_that_do_not_fit_the_window_are_refused(tmp_path, changes):
    with pytest.raises(ConfigError, match=next(iter(changes))):
        read_config(write(tmp_path, **changes))


@pytest.mark.parametrize('field', ['name', 'description', 'dataset', 'frame'])
def test_read_config_missing_field_is_named(tmp_path, field):
    fields = train_fields()
    del fields[field]
    (tmp_path / 'c.yaml').write_text(yaml.safe_dump(fields))
    with pytest.raises(ConfigError, match=f"'{field}'"):
        read_config(tmp_path / 'c.yaml')


@pytest.mark.parametrize(
    ('data', 'match'),
    [
        (b'', 'must hold "field: value" lines'),
        (b'- a\n- b\n', 'must hold "field: value" lines'),
        (b'just text', 'must hold'),
        (b'a: [1,\nb: 2', 'is no YAML'),
        (b'a: !!python/object:os.system x', 'is no YAML'),
        (b'\xff\xfe\xfa', 'cannot be read'),
        (b'name: a\x00b', 'has NUL bytes'),
    ],
)
def test_read_config_that_is_none_is_refused(tmp_path, data, match):
    (tmp_path / 'c.yaml').write_bytes(data)
    with pytest.raises(ConfigError, match=match):
        read_config(tmp_path / 'c.yaml')


def test_read_config_missing_file_or_folder(tmp_path):
    for path in (tmp_path / 'no.yaml', tmp_path):
        with pytest.raises(ConfigError, match='cannot be read'):
            read_config(path)


def test_train_config_json_round_trip():
    config = TrainConfig.model_validate(train_fields())
    assert TrainConfig.model_validate_json(config.model_dump_json()) == config
