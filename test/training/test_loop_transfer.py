"""The loop with a source: the same by seed, after a kill, and stopped by what is no number."""

import numpy as np
import pytest
import torch
from transfer_helpers import made_pool, recordings, same_weights, small_net

from dcat_ros.errors import TrainingError
from dcat_ros.training.batch import Batch
from dcat_ros.training.checkpoint import load_checkpoint
from dcat_ros.training.config import OptimiserConfig
from dcat_ros.training.loop import fit
from dcat_ros.training.transfer import Transfer

X = recordings(12)
POOL = made_pool(12)
#: with layers of its own, which a checkpoint must keep as well
METHOD = {'kd': 1.0, 'dcat_centred': 10.0, 'infonce': 1.0}


def draw(rng):
    """Half of the batch has no label."""
    rows = rng.choice(12, size=8)
    classes = np.where(np.arange(8) < 4, rows % 3, -1)
    return Batch(X[rows], classes, rows)


def run(path=None, steps=150, method=METHOD, draw=draw, seed=(0,), **options):
    net = small_net(dropout=0.3)
    torch.manual_seed(5)
    transfer = Transfer(method, POOL, net) if method else None
    config = OptimiserConfig(steps=steps, batch_size=4)
    return fit(net, draw, config, seed, transfer=transfer, checkpoint=path, key='k', **options)


class KilledError(Exception):
    pass


def test_fit_with_a_source_is_the_same_for_the_same_seed():
    one, _ = run(steps=20)
    two, _ = run(steps=20)
    assert same_weights(one, two)
    assert not same_weights(one, run(steps=20, seed=(1,))[0])
    assert not same_weights(one, run(steps=20, method=None)[0])


def test_fit_with_a_source_killed_goes_on_to_the_same(tmp_path):
    def kill(history):
        if history.step == 130:
            raise KilledError

    whole, _ = run(tmp_path / 'a')
    with pytest.raises(KilledError):
        run(tmp_path / 'b', progress=kill)
    seen = []
    again, _ = run(tmp_path / 'b', progress=lambda h: seen.append(h.step))
    assert seen[0] == 101
    assert same_weights(whole, again)


def test_fit_target_is_saved_without_the_layers_of_its_losses():
    taught, _ = run(steps=2)
    assert taught.state_dict().keys() == small_net().state_dict().keys()


@pytest.mark.parametrize(
    ('weight', 'what'),
    [(float('inf'), 'loss is (nan|inf)'), (3e38, 'gradient is (nan|inf)|loss is inf')],
)
def test_fit_transfer_loss_that_is_no_number_stops_and_keeps_the_last_good_state(
    tmp_path, weight, what
):
    path, net = tmp_path / 'c', small_net(dropout=0.3)
    torch.manual_seed(5)
    transfer = Transfer({'kd': 1.0}, POOL, net)
    config = OptimiserConfig(steps=30, batch_size=4)
    states = []

    def turn_bad(history):
        states.append({k: v.clone() for k, v in net.state_dict().items()})
        if history.step == 7:
            transfer.weights['kd'] = weight

    match = rf'the ({what}) at step 7; the state before it is in {path}\. Lower'
    with pytest.raises(TrainingError, match=match):
        fit(net, draw, config, (0,), transfer=transfer, checkpoint=path, progress=turn_bad)
    again = small_net(dropout=0.3)
    other = Transfer({'kd': 1.0}, POOL, again)
    learner = torch.nn.ModuleDict({'net': again, 'loss': other})
    optimiser = torch.optim.AdamW(learner.parameters())
    history = load_checkpoint(path, '', learner, small_net(), optimiser)
    assert history.step == 7
    kept = again.state_dict()
    for name, tensor in states[-1].items():
        assert torch.equal(tensor, kept[name]), name
