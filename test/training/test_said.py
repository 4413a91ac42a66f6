"""What some other network said of the same recordings, as a source."""

import numpy as np
import pytest
import torch
from helpers import make_card, make_net, train_config
from test_teacher import TRANSFER, fitted, recordings, same

from dcat_ros.errors import ConfigError
from dcat_ros.model.weights import save_weights
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.said import check_said, read_said
from dcat_ros.training.source import source_outputs
from dcat_ros.training.train import train

LABELS = ('walk', 'jog', 'rest')


def network(tmp_path):
    """A source in a weights file, and what it says of the recordings."""
    card = make_card(labels=LABELS)
    net = make_net(card)
    save_weights(tmp_path / 'source.safetensors', net, card)
    data = recordings()
    duration_s = data.trials[0].signals['imu'].duration_s
    said, _ = whole_recordings(data, round(50 * duration_s), 'imu')
    outputs = source_outputs(net, said)
    return {
        'names': np.array([trial.name for trial in data.trials]),
        'labels': np.array(LABELS),
        **{
            key: getattr(outputs, key).numpy()
            for key in ('logits', 'features', 'query', 'key', 'value')
        },
    }


def written(tmp_path, arrays, name='said.npz'):
    np.savez(tmp_path / name, **arrays)
    return str(tmp_path / name)


def taught(tmp_path, source, name, method='kd+dcat_centred+feature+infonce+dcat_explicit'):
    transfer = TRANSFER | {'source': source, 'method': method}
    return fitted(tmp_path, train_config(transfer=transfer), recordings(), name)


def test_what_a_network_said_teaches_as_the_network_does(tmp_path):
    arrays = network(tmp_path)
    by_file = taught(tmp_path, str(tmp_path / 'source.safetensors'), 'a')
    assert same(by_file.net, taught(tmp_path, written(tmp_path, arrays), 'b').net)


def test_names_tell_which_row_and_which_column_is_whose(tmp_path):
    arrays = network(tmp_path)
    rows, columns = np.arange(len(arrays['names']))[::-1], [2, 0, 1]
    turned = {key: array if key == 'labels' else array[rows] for key, array in arrays.items()}
    turned['labels'] = arrays['labels'][columns]
    turned['logits'] = turned['logits'][:, columns]
    said = read_said(tmp_path / written(tmp_path, turned))
    target = make_net(make_card(labels=LABELS))
    outputs = check_said(said, {'kd': 1.0, 'dcat': 1.0}, target, LABELS)
    of = said.rows_of(arrays['names'].tolist())
    for i, name in enumerate(arrays['names']):
        np.testing.assert_array_equal(outputs.logits[of[name]], arrays['logits'][i])
        np.testing.assert_array_equal(outputs.key[of[name]], arrays['key'][i])


def test_card_says_what_the_network_looked_at_and_whom_it_knew(tmp_path):
    arrays = network(tmp_path)
    del arrays['query'], arrays['key'], arrays['value'], arrays['features']
    arrays |= {'modality': np.array('video'), 'subjects': np.array(['2'])}
    transfer = TRANSFER | {'source': written(tmp_path, arrays), 'method': 'kd'}
    config = train_config(modality='accelerometer', transfer=transfer, folds=3)
    card = train(config, recordings(), tmp_path / 'work', command='c').card
    assert card.training.source_modality == 'video'
    assert len(card.training.source_sha256) == 64
    assert card.results[0].split.endswith('of whom the source knew 2')


def with_nan(arrays):
    arrays['logits'][3, 1] = np.nan


CHANGES = {
    'says nothing of the recording': lambda a: a.update(names=np.array(list('abcdefghijkl'))),
    'must name each recording once': lambda a: a.update(names=np.array(['1walk0'] * 12)),
    'logits has 11 rows, and there are 12 names': lambda a: a.update(logits=a['logits'][:11]),
    'labels must name each of them once': lambda a: a.update(labels=np.array(LABELS[:2])),
    "labels lacks 'jog'": lambda a: a.update(labels=np.array(['walk', 'swim', 'rest'])),
    'key and value go together': lambda a: a.pop('value'),
    'must have one shape': lambda a: a.update(value=a['value'][..., :2]),
    'logits holds NaN': with_nan,
    'numbers in 2 dimensions, not float32 of shape': lambda a: a.update(logits=a['logits'][:, 0]),
    'names must be text': lambda a: a.update(names=np.arange(12)),
    'has no features, which the method feature': lambda a: a.pop('features'),
    'memory has the size 2, and dcat_centred compares': lambda a: a.update(
        {key: a[key][..., :2] for key in ('query', 'key', 'value')}
    ),
}


@pytest.mark.parametrize('sentence', CHANGES)
def test_file_that_does_not_fit_is_refused(tmp_path, sentence):
    arrays = network(tmp_path)
    CHANGES[sentence](arrays)
    source = written(tmp_path, arrays)
    with pytest.raises(ConfigError, match=sentence) as problem:
        taught(tmp_path, source, 'a')
    assert source in str(problem.value)


def test_file_without_anything_said_is_refused(tmp_path):
    with pytest.raises(ConfigError, match='says nothing: it has none of logits, features'):
        read_said(tmp_path / written(tmp_path, {'names': np.array(['a'])}))


@pytest.mark.parametrize('data', [b'', b'PK\x03\x04', b'\x80\x04N.', bytes(500)])
def test_bytes_that_are_no_such_file_are_refused(tmp_path, data):
    path = tmp_path / 'said.npz'
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=r'is no whole \.npz file'):
        read_said(path)
    with pytest.raises(ConfigError, match='cannot be read'):
        read_said(tmp_path / 'nowhere.npz')


def test_a_pickle_in_the_file_is_not_opened(tmp_path):
    path = tmp_path / 'said.npz'
    np.savez(path, names=np.array([{'a': 1}], dtype=object))
    with pytest.raises(ConfigError, match=r'is no whole \.npz file'):
        read_said(path)


def test_arrays_that_would_fill_the_memory_are_refused(tmp_path):
    path = tmp_path / 'said.npz'
    np.savez_compressed(path, names=np.array(['a']), logits=np.zeros((1 << 14, 1 << 12), 'i2'))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ConfigError, match='its arrays are over 64 MiB, too much for a file of 1'):
        read_said(path)


@pytest.mark.parametrize(
    ('changes', 'match'),
    [
        ({'features': np.zeros((3, 6_000_000), 'i1')}, 'features holds 18000000 numbers'),
        ({'names': np.zeros(300_000, 'U1')}, 'names are 300000; up to 200000'),
        (
            dict.fromkeys(('key', 'value'), np.zeros((3, 1, 5000), 'f4')),
            'key and value of 5000 numbers are larger than any',
        ),
    ],
    ids=['bytes that become numbers', 'names', 'memories'],
)
def test_arrays_that_would_grow_are_refused(tmp_path, changes, match):
    path = tmp_path / 'said.npz'
    np.savez_compressed(path, **{'names': np.array(['a', 'b', 'c']), **changes})
    with pytest.raises(ConfigError, match=match):
        read_said(path)


def test_torch_tensors_are_float32(tmp_path):
    arrays = network(tmp_path)
    arrays['logits'] = arrays['logits'].astype(np.float64)
    found = read_said(tmp_path / written(tmp_path, arrays)).outputs
    assert {t.dtype for t in vars(found).values()} == {torch.float32}
