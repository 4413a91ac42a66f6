"""What is saved needs nothing of the source, neither its file nor the program that trained it."""

import shutil

import numpy as np
import pytest
from helpers import make_card, make_net, run_python, train_config
from test_teacher import TRANSFER, recordings

from dcat_ros.model.weights import load_weights, save_weights
from dcat_ros.training.train import train

RUN = """
import sys
import numpy as np
from dcat_ros.model.runtime import load_model
model = load_model(sys.argv[1])
found = model.log_probabilities(np.load(sys.argv[2]))
np.save(sys.argv[3], found)
assert not any(name.startswith('dcat_ros.training') for name in sys.modules)
"""


@pytest.mark.slow
def test_target_runs_where_the_source_does_not_exist(tmp_path):
    source = tmp_path / 'gone' / 'source.safetensors'
    source.parent.mkdir()
    card = make_card(labels=('walk', 'jog', 'rest'))
    save_weights(source, make_net(card), card)
    config = train_config(
        modality='accelerometer', transfer=TRANSFER | {'source': str(source)}, folds=3
    )
    training = train(config, recordings(), tmp_path / 'gone' / 'work', command='c')
    target = tmp_path / 'target.safetensors'
    save_weights(target, training.net, training.card)
    windows = np.random.default_rng(0).normal(size=(4, 50, 3)).astype(np.float32)
    np.save(tmp_path / 'windows.npy', windows)
    shutil.rmtree(tmp_path / 'gone')
    args = [str(target), str(tmp_path / 'windows.npy'), str(tmp_path / 'found.npy')]
    done = run_python('-c', RUN, *args)
    assert done.returncode == 0, done.stderr
    found = np.load(tmp_path / 'found.npy')
    assert found.shape == (4, 3)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, rtol=1e-5)
    # as many weights as the same target without transfer, of the same names
    net, _ = load_weights(target)
    alone = make_net(training.card)
    assert net.state_dict().keys() == alone.state_dict().keys()
