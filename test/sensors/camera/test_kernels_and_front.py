"""The camera's network says the same in torch and onnxruntime, and of a window alone."""

import numpy as np
import torch
from camera_helpers import camera_card

from dcat_ros.card.card import NetworkSpec
from dcat_ros.model.export import save_onnx
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.onnx_model import load_onnx
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors.camera.kernels import PoseFeatures
from dcat_ros.sensors.camera.sensor import CAMERA


def windows(n, length=10, seed=0):
    """Joints that move by chance, some of them hidden."""
    rng = np.random.default_rng(seed)
    out = rng.normal(size=(n, 1, 13, 3)) + 0.2 * rng.normal(size=(n, length, 13, 3))
    out[..., 2] = rng.random((n, length, 13)) > 0.1
    return out.reshape(n, length, 39).astype(np.float32)


def test_features_of_a_window_do_not_depend_on_the_others():
    module = PoseFeatures()
    module.fit(torch.from_numpy(windows(50)), torch.Generator().manual_seed(0))
    many = torch.from_numpy(windows(20, seed=1))
    torch.testing.assert_close(module(many)[3], module(many[3:4])[0], atol=0, rtol=0)
    assert module(many).shape == (20, 84 * 4 * 4)


def test_what_is_shipped_says_the_same(tmp_path):
    card = camera_card(network={'width': 8, 'd_attention': 4, 'ppv': True, 'segment': True})
    torch.manual_seed(0)
    net = ActivityNet(NetworkSpec(width=8, d_attention=4, segment=True), CAMERA, 3)
    net.ppv.fit(torch.from_numpy(windows(60)), torch.Generator().manual_seed(0))
    path = tmp_path / 'small.onnx'
    save_onnx(path, net.eval(), card, 'x' * 64)  # raises where they differ
    some = windows(5, seed=2)
    one, other = TorchModel(net, card), load_onnx(path)
    np.testing.assert_allclose(
        one.log_probabilities(some), other.log_probabilities(some), atol=1e-4
    )
