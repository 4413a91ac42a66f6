import numpy as np
import pytest
import safetensors.torch
import torch
from helpers import make_card, make_net

from dcat_ros.errors import OutputError, TrainingError
from dcat_ros.training.batch import Batch
from dcat_ros.training.checkpoint import load_checkpoint
from dcat_ros.training.config import OptimiserConfig
from dcat_ros.training.curves import curves_png
from dcat_ros.training.loop import _one_cycle, fit

CARD = make_card(network={'dropout': 0.3})


def batches(rng):
    """Two classes that differ in their mean."""
    y = rng.integers(0, 2, size=8)
    x = rng.normal(size=(8, 20, 6)).astype(np.float32) + 4 * y[:, None, None].astype(np.float32)
    return Batch(x, y, np.full(8, -1))


def run(path, steps=30, key='k', seed=(0,), draw=batches, **options):
    config = OptimiserConfig(steps=steps, batch_size=8)
    return fit(make_net(CARD), draw, config, seed, checkpoint=path, key=key, **options)


def assert_same(one, two):
    a, b = one.state_dict(), two.state_dict()
    assert a.keys() == b.keys()
    for name, tensor in a.items():
        assert torch.equal(tensor, b[name]), name


class KilledError(Exception):
    pass


def kill_at(step):
    def progress(history):
        if history.step == step:
            raise KilledError

    return progress


def test_fit_learns(tmp_path):
    net, history = run(tmp_path / 'c', steps=120)
    x, y, *_ = batches(np.random.default_rng(99))
    with torch.no_grad():
        found = net.logits(torch.from_numpy(x)).argmax(dim=1)
    assert (found.numpy() == y).all()
    assert not net.training
    assert history.step == 120
    assert [s for s, _ in history.loss] == [20, 40, 60, 80, 100, 120]
    assert history.loss[-1][1] < history.loss[0][1]


def test_fit_is_the_same_for_the_same_seed(tmp_path):
    one, _ = run(tmp_path / 'a')
    two, _ = run(tmp_path / 'b')
    assert_same(one, two)
    other, _ = run(tmp_path / 'c', seed=(1,))
    assert not torch.equal(one.head.linear.weight, other.head.linear.weight)


def test_fit_every_step_draws_another_batch(tmp_path):
    seen = []

    def draw(rng):
        x, y, *_ = batches(rng)
        seen.append(float(x[0, 0, 0]))
        return Batch(x, y, np.full(8, -1))

    run(tmp_path / 'a', steps=12, draw=draw)
    assert len(set(seen)) == len(seen) == 12


@pytest.mark.parametrize('step', [100, 137])
def test_fit_killed_after_its_checkpoint_goes_on_to_the_same(tmp_path, step):
    def validate(net):
        return net.head.linear.weight.sum().item()

    whole, whole_history = run(tmp_path / 'a', steps=160, validate=validate)
    with pytest.raises(KilledError):
        run(tmp_path / 'b', steps=160, validate=validate, progress=kill_at(step))
    seen = []
    again, history = run(
        tmp_path / 'b', steps=160, validate=validate, progress=lambda h: seen.append(h.step)
    )
    assert seen[0] == (101 if step == 137 else 1)  # at 100 it was killed before it was saved
    assert_same(whole, again)
    assert [tuple(v) for v in history.validation] == whole_history.validation
    # a mean of losses that spans the interruption lacks those before it
    assert [s for s, _ in history.loss] == [s for s, _ in whole_history.loss]


def test_fit_killed_losses_are_those_of_a_whole_training(tmp_path):
    _, whole = run(tmp_path / 'a', steps=150)
    with pytest.raises(KilledError):
        run(tmp_path / 'b', steps=150, progress=kill_at(140))
    _, again = run(tmp_path / 'b', steps=150)
    assert [tuple(entry) for entry in again.loss] == whole.loss


def test_fit_that_is_done_trains_no_further(tmp_path):
    one, _ = run(tmp_path / 'c')
    seen = []
    two, history = run(tmp_path / 'c', progress=seen.append)
    assert seen == []
    assert history.step == 30
    assert_same(one, two)


def test_fit_checkpoint_of_another_key_is_ignored(tmp_path):
    run(tmp_path / 'c', seed=(5,), key='other')
    one, _ = run(tmp_path / 'c')
    two, _ = run(tmp_path / 'd')
    assert_same(one, two)


@pytest.mark.parametrize('share', [0, 0.001, 0.3, 0.7, 0.999])
def test_fit_truncated_checkpoint_is_ignored(tmp_path, share):
    run(tmp_path / 'c')
    data = (tmp_path / 'c').read_bytes()
    (tmp_path / 'c').write_bytes(data[: int(share * len(data))])
    one, _ = run(tmp_path / 'c')
    two, _ = run(tmp_path / 'd')
    assert_same(one, two)


@pytest.mark.parametrize(
    'metadata',
    [
        None,
        {},
        {'training': 'x'},
        {'training': '{}'},
        {'training': '[]'},
    ],
)
def test_load_checkpoint_foreign_file_is_ignored(tmp_path, metadata):
    (tmp_path / 'c').write_bytes(safetensors.torch.save({'a': torch.zeros(1)}, metadata=metadata))
    net = make_net(CARD)
    optimiser = torch.optim.AdamW(net.parameters())
    assert load_checkpoint(tmp_path / 'c', 'k', net, make_net(CARD), optimiser).step == 0


def faulty_at(step):
    """Draws whose batch of one step is NaN."""
    count = iter(range(1000))

    def draw(rng):
        x, y, pairs, _ = batches(rng)
        return Batch(x * np.float32('nan') if next(count) == step else x, y, pairs)

    return draw


def test_fit_loss_that_is_no_number_stops_with_its_step(tmp_path):
    match = r'the loss is nan at step 3; the state before it is in .*Lower optimiser.learning_rate'
    with pytest.raises(TrainingError, match=match):
        run(tmp_path / 'c', draw=faulty_at(3))


def test_fit_checkpoint_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / 'file').write_text('x')
    with pytest.raises(OutputError, match='cannot be written'):
        run(tmp_path / 'file' / 'c', steps=2)


def test_one_cycle_rises_then_falls():
    rates = [_one_cycle(step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(0.04)
    assert rates[15] == max(rates) == 1.0
    assert rates[:16] == sorted(rates[:16])
    assert rates[15:] == sorted(rates[15:], reverse=True)
    assert rates[57] == pytest.approx(0.5 * (1 + np.cos(np.pi * 42 / 85)))


def test_fit_moving_average_of_the_first_step_by_hand(tmp_path):
    """After one step the decay is 1/10: 0.1 of the fresh weights and 0.9 of the new ones."""
    averaged, _ = run(tmp_path / 'a', steps=1)
    config = OptimiserConfig(steps=1, batch_size=8, average=0.0)
    plain, _ = fit(make_net(CARD), batches, config, (0,), checkpoint=tmp_path / 'b', key='k')
    fresh = make_net(CARD).head.linear.weight
    expected = 0.1 * fresh + 0.9 * plain.head.linear.weight
    torch.testing.assert_close(averaged.head.linear.weight, expected)


def test_curves_are_png(tmp_path):
    _, history = run(tmp_path / 'c', validate=lambda net: 0.5)
    assert curves_png({'fold': history}).startswith(b'\x89PNG')


def test_fit_faulty_recording_leaves_no_trace_in_the_kept_state(tmp_path):
    """A batch with NaN spoils the running statistics before its loss is known."""
    with pytest.raises(TrainingError, match='the loss is nan at step 5'):
        run(tmp_path / 'c', draw=faulty_at(5))
    again, history = run(tmp_path / 'c', steps=30)
    assert history.step == 30
    assert_same(again, run(tmp_path / 'd', steps=30)[0])
