import numpy as np
import pytest
import torch
from helpers import make_card, make_net

from dcat_ros.card.card import NetworkSpec
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.runtime import load_model
from dcat_ros.model.segment import stretched
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors.registry import sensors


def full_net(**spec):
    torch.manual_seed(0)
    return ActivityNet(NetworkSpec(**spec), sensors()['imu'], 28).eval()


def windows(n=3, t=50):
    return torch.from_numpy(np.random.default_rng(0).normal(size=(n, t, 6)).astype(np.float32))


def test_network_of_the_shipped_size_has_few_parameters():
    net = full_net(segment=True)
    assert sum(p.numel() for p in net.parameters()) <= 205_000


@pytest.mark.parametrize('t', [1, 7, 50, 333])
@pytest.mark.parametrize('ppv', [True, False])
def test_network_any_length_gives_log_probabilities(t, ppv):
    out = full_net(ppv=ppv)(windows(t=t))
    assert out.shape == (3, 28)
    np.testing.assert_allclose(out.exp().sum(dim=1).detach(), 1, rtol=1e-5)


def test_network_branches_are_weighted_in_log_probabilities():
    net = full_net(ppv_weight=0.25)
    x = windows()
    with torch.no_grad():
        a = net.logits(x).double().softmax(dim=1)
        b = net.ppv_head(net.ppv(x)).double().softmax(dim=1)
        found = net(x).exp()
    product = a**0.75 * b**0.25
    np.testing.assert_allclose(found, product / product.sum(dim=1, keepdim=True), atol=1e-6)


def test_network_segment_is_the_mean_of_probabilities():
    net = full_net(segment=True)
    x = windows(n=1, t=90)
    at = np.linspace(0, 89, 160)
    expected = np.stack([np.interp(at, np.arange(90), x[0, :, c]) for c in range(6)], axis=1)
    of_one_length = stretched(x[0].numpy(), 160)
    np.testing.assert_allclose(of_one_length, expected, atol=1e-4)
    assert of_one_length.dtype == np.float32
    other = torch.from_numpy(of_one_length[None])
    with torch.no_grad():
        a = net.logits(x).softmax(dim=1)
        b = net.segment_head(net.ppv(other)).softmax(dim=1)
        found = net.segment(x, other).exp()
    np.testing.assert_allclose(found, (a + b) / 2, atol=1e-6)


def test_network_batch_is_the_items_one_by_one():
    net = full_net()
    x = windows(n=5)
    with torch.no_grad():
        single = torch.cat([net(x[i : i + 1]) for i in range(5)])
        np.testing.assert_allclose(net(x), single, atol=1e-5)


def test_model_gives_numpy_and_says_what_runs_it():
    card = make_card()
    model = TorchModel(make_net(card).train(), card)
    model.warm_up()
    out = model.log_probabilities(windows().numpy())
    assert isinstance(out, np.ndarray)
    assert out.shape == (3, 3)
    np.testing.assert_array_equal(out, model.log_probabilities(windows().numpy()))  # no dropout
    assert model.device == 'cpu'
    assert model.backend == f'torch {torch.__version__}'
    assert model.length == 50
    assert torch.get_num_threads() == 1


def test_model_of_a_segment_network_names_a_recording():
    card = make_card(network={'ppv': True, 'segment': True})
    out = TorchModel(make_net(card), card).segment_log_probabilities(windows(t=120).numpy()[0])
    assert out.shape == (3,)
    assert np.exp(out).sum() == pytest.approx(1, abs=1e-5)


def test_load_model_by_path(weights_file):
    assert load_model(weights_file).card.name == 'small'


@pytest.mark.parametrize('name', sensors())
def test_network_of_every_modality_gives_log_probabilities_of_any_length(name):
    modality = sensors()[name]
    torch.manual_seed(0)
    net = ActivityNet(NetworkSpec(ppv=False), modality, 5).eval()
    rng = np.random.default_rng(0)
    for length in (1, 2, 9, 16):
        x = torch.from_numpy(rng.normal(size=(2, length, modality.n_values)).astype(np.float32))
        out = net(x)
        assert out.shape == (2, 5)
        np.testing.assert_allclose(out.exp().sum(dim=1).detach(), 1, rtol=1e-5)
    # bands need convolutions of their own
    most = 265_000 if name == 'audio' else 205_000
    assert sum(p.numel() for p in net.parameters()) <= most


def test_frame_network_has_a_token_a_frame_and_sees_what_changes():
    net = ActivityNet(NetworkSpec(ppv=False), sensors()['depth'], 5).eval()
    still = torch.zeros(1, 8, 2048)
    still[..., :1024] = 1
    moving = still.clone()
    moving[:, 4:, 300:340] = 0
    with torch.no_grad():
        one, two = net.outputs(still), net.outputs(moving)
    assert one.attended.key.shape == (1, 8, NetworkSpec().d_attention)
    assert not torch.allclose(one.logits, two.logits, atol=1e-4)
