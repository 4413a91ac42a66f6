import hashlib
import json
import os
import random

import pytest
import safetensors.torch
import torch
from helpers import card_fields, make_card, make_net

from dcat_ros.errors import OutputError, WeightsError
from dcat_ros.model import find
from dcat_ros.model.find import find_weights, load_card
from dcat_ros.model.weights import load_weights, save_weights


def write(path, record, change=lambda tensors: tensors):
    """A weights file with any record; the tensors are those of the small card."""
    card = make_card()
    tensors = change(dict(make_net(card).state_dict()))
    metadata = {} if record is None else {'dcat_ros': record}
    path.write_bytes(safetensors.torch.save(tensors, metadata=metadata))
    return path


def record(**changes):
    return json.dumps(card_fields(**changes))


def test_weights_round_trip_is_the_same(tmp_path):
    card = make_card(network={'ppv': True, 'segment': True})
    net = make_net(card)
    path = tmp_path / 'deep' / 'model.safetensors'
    digest = save_weights(path, net, card)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    loaded, loaded_card = load_weights(path)
    assert loaded_card == load_card(path) == card
    assert not loaded.training
    assert loaded.state_dict().keys() == net.state_dict().keys()
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, loaded.state_dict()[name])


def test_weights_file_is_plain_safetensors(weights_file):
    assert 'stem.scale' in safetensors.torch.load_file(weights_file)


def test_weights_missing_file(tmp_path):
    with pytest.raises(WeightsError, match='cannot be read'):
        load_weights(tmp_path / 'no.safetensors')


def test_weights_folder(tmp_path):
    with pytest.raises(WeightsError, match='cannot be read'):
        load_weights(tmp_path)


def test_weights_empty_file(tmp_path):
    (tmp_path / 'w').write_bytes(b'')
    with pytest.raises(WeightsError, match='no whole safetensors file'):
        load_weights(tmp_path / 'w')


@pytest.mark.parametrize('share', [0.0001, 0.005, 0.05, 0.3, 0.6, 0.95, 0.99999])
def test_weights_truncated_file(weights_file, share):
    data = weights_file.read_bytes()
    weights_file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(WeightsError, match='no whole safetensors file'):
        load_weights(weights_file)


def test_weights_random_bytes(tmp_path):
    rng = random.Random(0)
    path = tmp_path / 'w'
    for i in range(300):
        data = rng.randbytes(rng.randrange(1, 600))
        if i % 2:
            data = rng.randrange(200).to_bytes(8, 'little') + b'{' + data
        path.write_bytes(data)
        with pytest.raises(WeightsError, match='no whole safetensors file'):
            load_weights(path)


def test_weights_spoilt_bytes_are_loaded_or_refused(weights_file):
    """One changed byte may be a changed weight, but never another exception."""
    rng = random.Random(1)
    data = weights_file.read_bytes()
    refused = 0
    for _ in range(300):
        spoilt = bytearray(data)
        spoilt[rng.randrange(3000)] = rng.randrange(256)
        weights_file.write_bytes(spoilt)
        try:
            load_weights(weights_file)
        except WeightsError:
            refused += 1
    assert refused > 100


def test_weights_foreign_safetensors_file(tmp_path):
    path = tmp_path / 'w'
    path.write_bytes(safetensors.torch.save({'a': torch.zeros(2)}))
    with pytest.raises(WeightsError, match='has no dcat_ros record'):
        load_weights(path)


@pytest.mark.parametrize(
    ('text', 'match'),
    [
        (record(schema_version=2), 'record version 2, this dcat_ros reads up to 1; update'),
        (record(surprise=1), "'surprise' in its record is wrong"),
        (record(input={'rate_hz': -1}), "'input.rate_hz' in its record is wrong"),
        (record(labels=['a']), "'labels' in its record is wrong"),
        (record(input={'stride_s': 9}), 'stride_s must be at most window_s'),
        ('{"name": "x"}', 'in its record is wrong'),
        ('{', 'its record is no JSON'),
        ('[1]', "'record' in its record is wrong"),
        ('null', "'record' in its record is wrong"),
    ],
)
def test_weights_wrong_record(tmp_path, text, match):
    path = write(tmp_path / 'w', text)
    with pytest.raises(WeightsError, match=match):
        load_weights(path)
    with pytest.raises(WeightsError, match=match):
        load_card(path)


@pytest.mark.parametrize(
    ('change', 'match'),
    [
        (lambda t: {k: v for k, v in t.items() if k != 'head.linear.bias'},
         'lacks the tensor head.linear.bias'),
        (lambda t: t | {'extra': torch.zeros(1)}, 'holds an unknown tensor extra'),
        (lambda t: t | {'head.linear.bias': torch.zeros(4)},
         r'head.linear.bias is \(4,\) torch.float32, its record needs \(3,\) torch.float32'),
        (lambda t: t | {'head.linear.bias': torch.zeros(3, dtype=torch.float64)},
         r'is \(3,\) torch.float64'),
        (lambda t: t | {'head.linear.bias': torch.tensor([0, float('nan'), 0])},
         'head.linear.bias holds NaN or infinity'),
        (lambda t: t | {'stem.scale': torch.full((6,), float('inf'))},
         'stem.scale holds NaN or infinity'),
    ],
)  # fmt: skip
def test_weights_wrong_tensor(tmp_path, change, match):
    with pytest.raises(WeightsError, match=match):
        load_weights(write(tmp_path / 'w', record(), change))


@pytest.mark.parametrize('size', [10**12, 10**30])
def test_weights_record_of_a_monstrous_network(tmp_path, size):
    with pytest.raises(WeightsError):
        load_weights(write(tmp_path / 'w', record(network={'width': size})))


@pytest.mark.parametrize('n', [1, 3, 7])
def test_weights_record_whose_channels_are_not_the_sensors(tmp_path, n):
    spec = {'channels': [f'c{i}' for i in range(n)], 'units': ['m'] * n}
    with pytest.raises(WeightsError):
        load_card(write(tmp_path / 'w', record(input=spec)))


def test_weights_record_nested_without_end(tmp_path):
    with pytest.raises(WeightsError):
        load_weights(write(tmp_path / 'w', '[' * 200_000))


def test_save_weights_that_fails_leaves_the_earlier_file(weights_file, monkeypatch):
    before = weights_file.read_bytes()

    def fail(*args):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'fsync', fail)
    card = make_card(name='later')
    with pytest.raises(OutputError, match=r'small\.safetensors cannot be written: .*No space left'):
        save_weights(weights_file, make_net(card, seed=1), card)
    assert weights_file.read_bytes() == before
    assert [p.name for p in weights_file.parent.iterdir()] == [weights_file.name]


def test_save_weights_below_a_file_says_so(weights_file):
    card = make_card()
    with pytest.raises(OutputError, match='cannot be written'):
        save_weights(weights_file / 'below.safetensors', make_net(card), card)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    (tmp_path / 'models').mkdir()
    for name in ('imu_watch', 'imu_utd_mhad'):
        (tmp_path / 'models' / f'{name}.safetensors').write_bytes(b'')
    monkeypatch.setattr(find, 'share_dir', lambda: tmp_path)
    return tmp_path / 'models'


def test_find_weights_by_name_and_by_path(shipped, weights_file):
    assert find_weights('imu_watch') == shipped / 'imu_watch.safetensors'
    assert find_weights(str(weights_file)) == weights_file


@pytest.mark.parametrize('asked', ['imu_wtach', 'imu_watches'])
def test_find_weights_unknown_name_suggests(shipped, asked):
    with pytest.raises(WeightsError, match=f"no weights file '{asked}'.*Did you mean 'imu_watch'"):
        find_weights(asked)


def test_find_weights_without_a_near_name_lists_the_shipped(shipped):
    with pytest.raises(WeightsError, match=r'a shipped model: imu_utd_mhad, imu_watch\.$'):
        find_weights('/no/such/file')


@pytest.mark.parametrize(
    'asked',
    [
        pytest.param('~nobody_of_this_name/w.safetensors', id='home of nobody'),
        pytest.param('x' * 5000, id='too long'),
        'a\0b',
        '',
    ],
)
def test_find_weights_odd_path_is_one_sentence(shipped, asked):
    with pytest.raises(WeightsError, match='There is no weights file'):
        find_weights(asked)
