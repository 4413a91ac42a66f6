"""Weights files whose record or header asks for more than the file holds."""

import json
import struct

import pytest
import safetensors.torch
import torch
from helpers import card_fields, make_card, make_net
from peak_memory import takes_at_most

from dcat_ros.card.card import MAX_LABELS, Card
from dcat_ros.errors import ConfigError, WeightsError
from dcat_ros.model.find import load_card, shipped_models
from dcat_ros.model.runtime import load_model
from dcat_ros.model.weights import load_weights
from dcat_ros.streaming.window import WindowStream


def raw(header, body=b''):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack('<Q', len(text)) + text + body


def with_record(path, **changes):
    """The small model's tensors under another record."""
    tensors = dict(make_net(make_card()).state_dict())
    record = json.dumps(card_fields(**changes))
    path.write_bytes(safetensors.torch.save(tensors, metadata={'dcat_ros': record}))
    return path


ONE = {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]}
HOSTILE = {
    'metadata is null': raw({'__metadata__': None, 'a': ONE}, bytes(4)),
    'metadata is a list': raw({'__metadata__': [1], 'a': ONE}, bytes(4)),
    'metadata of numbers': raw({'__metadata__': {'dcat_ros': 1}, 'a': ONE}, bytes(4)),
    'no such type': raw({'a': ONE | {'dtype': 'F3'}}, bytes(4)),
    'a type torch lacks': raw({'a': ONE | {'dtype': 'F4', 'shape': [8]}}, bytes(4)),
    'negative': raw({'a': ONE | {'shape': [-1]}}, bytes(4)),
    'overflow': raw({'a': ONE | {'shape': [2**62, 2**62, 4]}}, bytes(4)),
    'nothing, but large': raw({'a': ONE | {'shape': [0, 2**62], 'data_offsets': [0, 0]}}),
    'offsets outside': raw({'a': ONE | {'data_offsets': [0, 2**40], 'shape': [2**38]}}, bytes(4)),
    'header larger than the file': struct.pack('<Q', 2**62) + b'{}',
    'header of 5 MB': raw(b'{"a":' + b' ' * 5_000_000 + b'1}'),
    'nested': raw(b'{"a":' * 50_000),
    'UTF-16': raw('{}'.encode('utf-16')),
    'NaN': raw(b'{"a": NaN}'),
    'twice': raw(b'{"a":%s,"a":%s}' % ((json.dumps(ONE).encode(),) * 2), bytes(4)),
}


@pytest.mark.parametrize('data', HOSTILE.values(), ids=HOSTILE)
def test_header_that_is_hostile_is_a_sentence(tmp_path, data):
    (tmp_path / 'w').write_bytes(data)
    for read in (load_card, load_weights):
        with pytest.raises(WeightsError) as caught:
            read(tmp_path / 'w')
        assert '\n' not in str(caught.value)
        assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ('changes', 'match'),
    [
        ({'network': {'width': 1024, 'd_attention': 1024}}, 'its record needs'),
        ({'labels': [f'l{i}' for i in range(MAX_LABELS)]}, 'its record needs'),
        ({'labels': [f'l{i}' for i in range(100_000)]}, "'labels' in its record is wrong"),
        ({'network': {'width': 4096}}, "'network.width' in its record is wrong"),
        ({'network': {'width': 10**12}}, "'network.width' in its record is wrong"),
        ({'network': {'width': 10**30}}, 'its record is no JSON'),
        ({'labels': ['a\x1b[2J', 'b']}, 'letters that cannot be printed'),
        ({'labels': ['a' * 1000, 'b']}, "'labels.0' in its record is wrong"),
    ],
)
def test_record_that_asks_for_a_large_network_takes_no_memory(tmp_path, changes, match):
    """The network was built before shapes were compared: 4 KB took 900 MB."""
    path = with_record(tmp_path / 'w', **changes)
    most = 20 * path.stat().st_size + (16 << 20)  # of the widest one, torch takes 32 MiB
    with takes_at_most(most), pytest.raises(WeightsError, match=match):
        load_weights(path)


def test_network_of_another_record_is_never_built(tmp_path, monkeypatch):
    path = with_record(tmp_path / 'w', network={'width': 1024})
    built = []
    real = torch.nn.Linear.__init__

    def spy(self, *args, **kwargs):
        real(self, *args, **kwargs)
        built.append(self.weight.device.type)

    monkeypatch.setattr(torch.nn.Linear, '__init__', spy)
    with pytest.raises(WeightsError, match='its record needs'):
        load_weights(path)
    assert set(built) == {'meta'}


BAD_TIMES = [
    {'rate_hz': 1e9},
    {'rate_hz': 1e300},
    {'rate_hz': 1e-9},
    {'rate_hz': 0},
    {'rate_hz': True, 'window_s': 1.0},
    {'window_s': 1e9},
    {'window_s': 1e-9},
    {'window_s': 1e300},
    {'stride_s': 1e-9},
    {'stride_s': 1.01},
    {'lag_s': 1.01},
    {'lag_s': -1},
    {'rate_hz': 2000.0, 'window_s': 600.0},
    {'rate_hz': 0.5},
    {'rate_hz': '50'},
]


@pytest.mark.parametrize('times', BAD_TIMES, ids=str)
def test_card_of_times_that_make_no_window_is_refused(times):
    if times.get('rate_hz') in (True, '50'):  # as JSON has them, which is stricter
        with pytest.raises(ValueError, match='rate_hz'):
            Card.model_validate_json(json.dumps(card_fields(input=times)), strict=True)
        return
    with pytest.raises(ValueError, match='validation error'):
        make_card(input=times)


@pytest.mark.parametrize('text', ['NaN', 'Infinity', '-Infinity', '1e999', '1' + '0' * 400, 'null'])
@pytest.mark.parametrize('field', ['rate_hz', 'window_s', 'stride_s', 'lag_s'])
def test_record_of_numbers_that_are_none_is_refused(tmp_path, field, text):
    tensors = dict(make_net(make_card()).state_dict())
    record = json.dumps(card_fields(input={field: 12345.5})).replace('12345.5', text)
    path = tmp_path / 'w'
    path.write_bytes(safetensors.torch.save(tensors, metadata={'dcat_ros': record}))
    with pytest.raises(WeightsError):
        load_weights(path)


@pytest.mark.parametrize('temperature', [0, 1e-320, 1e300, -1])
def test_card_of_a_temperature_that_gives_no_numbers_is_refused(temperature):
    with pytest.raises(ValueError, match='temperature'):
        make_card(calibration={'temperature': temperature})


@pytest.mark.parametrize('size', [12, 64, 256])
def test_card_of_a_size_that_no_window_can_have_is_refused(size):
    with pytest.raises(ValueError, match=r'input\.size'):
        make_card(input={'size': size})


@pytest.mark.parametrize(
    'times', [(1e9, 1.0), (1e300, 1.0), (1e-9, 1.0), (50.0, 1e9), (float('nan'), 1.0), (1, 1.0)]
)
def test_stream_of_times_that_make_no_window_is_refused(times):
    with pytest.raises(ConfigError):
        WindowStream(n_channels=6, rate_hz=times[0], window_s=times[1], stride_s=0.5)


def test_all_models_are_shipped():
    assert len(shipped_models()) == 6


@pytest.mark.parametrize('name', sorted(shipped_models()))
def test_shipped_model_is_within_the_bounds(name, request):
    if load_card(shipped_models()[name]).encoder:
        request.getfixturevalue('has_tagger')
    load_model(name).warm_up()
