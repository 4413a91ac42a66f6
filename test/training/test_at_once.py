"""Networks that are trained at once are those that are trained one after the other."""

from dataclasses import replace

import pytest
import torch
from helpers import made_dataset, train_config

from dcat_ros.errors import ConfigError, DatasetError, OutputError
from dcat_ros.training import networks
from dcat_ros.training.at_once import fit_at_once
from dcat_ros.training.train import train

DATASET = made_dataset(n=120)


@pytest.fixture(scope='module')
def config():
    return train_config()


@pytest.fixture(scope='module')
def one_by_one(config, tmp_path_factory):
    return train(config, DATASET, tmp_path_factory.mktemp('one'), command='c')


def goes_on_as(one_by_one, config, folder, monkeypatch):
    """Whether `train` finds every network finished, and gives what it gives by itself."""
    steps = []
    real = networks.fit

    def fit(*args, progress, **options):
        def counted(history):
            steps.append(history.step)
            progress(history)

        return real(*args, progress=counted, **options)

    monkeypatch.setattr(networks, 'fit', fit)
    again = train(config, DATASET, folder, command='c')
    assert set(steps) <= {config.optimiser.steps}
    assert again.histories == one_by_one.histories
    assert again.card == one_by_one.card
    for name, tensor in one_by_one.net.state_dict().items():
        assert torch.equal(tensor, again.net.state_dict()[name])


def test_two_processes_give_the_same_weights_and_figures(config, one_by_one, tmp_path, monkeypatch):
    seen = []
    fit_at_once(config, DATASET, tmp_path, workers=2, progress=lambda *how: seen.append(how))
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f'none_{i}.safetensors' for i in range(4)
    ]
    goes_on_as(one_by_one, config, tmp_path, monkeypatch)


@pytest.mark.slow
def test_a_ray_cluster_gives_the_same_weights_and_figures(
    config, one_by_one, tmp_path, monkeypatch
):
    pytest.importorskip('ray', reason='needs the package ray')
    monkeypatch.setenv('RAY_worker_niceness', '0')  # of itself 15: it would wait for every test
    fit_at_once(config, DATASET, tmp_path, workers=1, ray_address='local')
    goes_on_as(one_by_one, config, tmp_path, monkeypatch)


def test_what_is_wrong_with_the_recordings_is_said_before_anybody_works(config, tmp_path):
    lonely = [t for t in DATASET.trials if t.label == 'walk' or t.subject == '1']
    with pytest.raises(DatasetError, match='jog'):
        fit_at_once(config, replace(DATASET, trials=tuple(lonely)), tmp_path, workers=2)
    assert not list(tmp_path.glob('*'))


def test_a_worker_s_error_is_raised_and_nothing_is_left(config, tmp_path):
    (tmp_path / 'none_1.safetensors').mkdir()  # where the state of a network goes
    with pytest.raises(OutputError, match='none_1'):
        fit_at_once(config, DATASET, tmp_path, workers=1)
    assert not (tmp_path / 'recordings.handed').exists()


def test_a_cluster_that_is_not_there_is_a_sentence(config, tmp_path):
    pytest.importorskip('ray', reason='needs the package ray')
    with pytest.raises(ConfigError, match=r"No Ray cluster answers at '127.0.0.1:1'"):
        fit_at_once(config, DATASET, tmp_path, ray_address='127.0.0.1:1')
