import numpy as np
import torch
from helpers import make_card, make_net
from sklearn.linear_model import Ridge

from dcat_ros.training.ridge import fit_ppv, fit_segment


def recordings(n, t, seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, size=n)
    time = np.arange(t) / 50
    wave = np.sin(2 * np.pi * (1 + 2 * y[:, None]) * time + rng.uniform(0, 6, size=(n, 1)))
    x = rng.normal(scale=0.3, size=(n, t, 6))
    x[:, :, 0] += 5 * wave
    return x.astype(np.float32), y


def test_fit_ppv_is_ridge_regression_and_learns():
    net = make_net(make_card(network={'ppv': True, 'segment': True}))
    x, y = recordings(120, 50, 0)
    fit_ppv(net, x, y, penalty=0.1, seed=0)
    with torch.no_grad():
        features = net.ppv(torch.from_numpy(x)).double().numpy()
        found = net.ppv_head(net.ppv(torch.from_numpy(x)))
    targets = np.where(np.arange(3) == y[:, None], 1.0, -1.0)
    ridge = Ridge(alpha=0.1 * len(x), solver='svd').fit(features, targets)
    np.testing.assert_allclose(found, 5 * ridge.predict(features), atol=1e-3)
    other, truth = recordings(60, 50, 1)
    with torch.no_grad():
        guess = net.ppv_head(net.ppv(torch.from_numpy(other))).argmax(dim=1).numpy()
    assert (guess == truth).mean() > 0.9
    # the layer for whole recordings is on the same features
    thresholds = net.ppv.thresholds.clone()
    long, classes = recordings(90, 160, 2)
    fit_segment(net, long, classes, penalty=0.1)
    assert torch.equal(net.ppv.thresholds, thresholds)
    with torch.no_grad():
        guess = net.segment_head(net.ppv(torch.from_numpy(long))).argmax(dim=1).numpy()
    assert (guess == classes).mean() > 0.95
