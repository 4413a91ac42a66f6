"""The frozen source: nothing of it changes, and what it gives is computed once."""

import numpy as np
import pytest
import torch
from transfer_helpers import recordings, same_weights, small_net

from dcat_ros.errors import OutputError
from dcat_ros.training import source as module
from dcat_ros.training.batch import Batch
from dcat_ros.training.config import OptimiserConfig
from dcat_ros.training.loop import fit
from dcat_ros.training.losses import LOSSES
from dcat_ros.training.source import freeze, source_outputs, weights_sha256
from dcat_ros.training.transfer import Transfer

X = recordings(12)


@pytest.mark.parametrize('method', LOSSES)
def test_source_does_not_change_while_a_target_learns(method):
    # with dropout, and running statistics that a single forward pass in training mode would move
    source, untouched = (small_net(dropout=0.5, seed=4).train() for _ in range(2))
    transfer = Transfer({method: 1.0}, source_outputs(source, X), target := small_net())
    rows = np.arange(12)

    def draw(rng):
        chosen = rng.choice(rows, size=6)
        return Batch(X[chosen], chosen % 3, chosen)

    before = weights_sha256(source)
    taught, _ = fit(target, draw, OptimiserConfig(steps=5, batch_size=6), (0,), transfer=transfer)
    assert same_weights(source, untouched)
    assert weights_sha256(source) == before
    assert not any(m.training for m in source.modules())
    assert all(not p.requires_grad and p.grad is None for p in source.parameters())
    assert not same_weights(taught, small_net())


def test_freeze_is_for_good():
    net = freeze(small_net(dropout=0.5).train())
    one, two = (net(torch.from_numpy(X)) for _ in range(2))
    assert torch.equal(one, two)
    assert not one.requires_grad


def test_source_outputs_are_those_of_each_recording_alone():
    net = small_net(dropout=0.5)
    whole = source_outputs(net, X)
    for i in range(len(X)):
        own = net.outputs(torch.from_numpy(X[i : i + 1]))
        torch.testing.assert_close(whole.logits[i : i + 1], own.logits)
        torch.testing.assert_close(whole.key[i : i + 1], own.attended.key)
        memory = own.attended.key.softmax(dim=1).transpose(1, 2) @ own.attended.value
        torch.testing.assert_close(whole.memory[i : i + 1], memory)


@pytest.fixture
def counted(monkeypatch):
    """How often outputs were computed."""
    calls, compute = [], module._compute

    def counting(net, recordings):
        calls.append(len(recordings))
        return compute(net, recordings)

    monkeypatch.setattr(module, '_compute', counting)
    return calls


def only_file(folder):
    (path,) = folder.iterdir()
    return path


def test_source_outputs_are_computed_once(tmp_path, counted):
    one = source_outputs(small_net(), X, tmp_path)
    two = source_outputs(small_net(), X, tmp_path)
    assert counted == [12]
    for name in vars(one):
        assert torch.equal(getattr(one, name), getattr(two, name)), name


def test_source_outputs_of_other_weights_or_recordings_are_computed(tmp_path, counted):
    source_outputs(small_net(), X, tmp_path)
    source_outputs(small_net(seed=1), X, tmp_path)
    source_outputs(small_net(), X[:, ::-1].copy(), tmp_path)
    source_outputs(small_net(), X.reshape(6, 48, 6), tmp_path)
    assert counted == [12, 12, 12, 6]
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    'damage',
    [
        lambda data: b'',
        lambda data: data[:40],
        lambda data: data[:-1],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: bytes([data[0] ^ 1]) + data[1:],
    ],
    ids=['empty', 'header', 'truncated', 'bit of a tensor', 'bit of the hash'],
)
def test_source_outputs_damaged_are_made_anew(tmp_path, counted, damage):
    whole = source_outputs(small_net(), X, tmp_path)
    path = only_file(tmp_path)
    good = path.read_bytes()
    path.write_bytes(damage(good))
    again = source_outputs(small_net(), X, tmp_path)
    assert len(counted) == 2
    assert torch.equal(whole.memory, again.memory)
    assert path.read_bytes() == good


def test_source_outputs_that_cannot_be_kept_are_a_sentence(tmp_path):
    (tmp_path / 'file').write_text('x')
    with pytest.raises(OutputError, match='cannot be written'):
        source_outputs(small_net(), X, tmp_path / 'file')
