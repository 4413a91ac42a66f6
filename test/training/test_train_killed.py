"""`dcat train` with a source, killed by SIGKILL and run again, gives the same weights."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
import torch
import yaml
from helpers import dcat_here, train_fields

from dcat_ros.model.weights import load_weights

pytest.importorskip('seglearn')

DEADLINE_S = 300
METHOD = 'kd+dcat_centred+infonce'  # the last has layers of its own


def arguments(folder, name):
    recipe, out = folder / 'recipe.yaml', folder / f'{name}.safetensors'
    return ['train', '--config', str(recipe), '--work', str(folder / name), '--out', str(out)]


def start(folder, name):
    code = 'from dcat_ros.cli.main import main; main()'
    command = [sys.executable, '-c', code, *arguments(folder, name)]
    env = {**os.environ, 'OMP_NUM_THREADS': '1'}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)


def kill_after_a_checkpoint(folder, name, i, delay_s):
    """Kill a training at some moment after fold i has a checkpoint."""
    process = start(folder, name)
    end = time.monotonic() + DEADLINE_S
    ended = False
    while not (folder / name / f'{METHOD}_{i}.safetensors').exists():
        assert not ended
        assert time.monotonic() < end
        time.sleep(0.005)
        ended = process.poll() is not None  # before it is looked for
    time.sleep(delay_s)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode


@pytest.mark.slow
@pytest.mark.usefixtures('weights_only')
def test_train_killed_and_run_again_gives_the_same_weights(tmp_path, monkeypatch):
    fields = train_fields(
        subjects=['1', '2'],
        # few windows: most of the time goes into measuring them
        window_s=4.0,
        stride_s=4.0,
        modality='accelerometer',
        transfer={'source': 'gyroscope', 'method': METHOD, 'steps': 20},
        augment={'rotation_rad': 0.2, 'warp': 0.2, 'noise': 0.05},
        network={'dropout': 0.3},
        optimiser={'steps': 40, 'batch_size': 4},
    )
    (tmp_path / 'recipe.yaml').write_text(yaml.safe_dump(fields))
    assert dcat_here(monkeypatch, *arguments(tmp_path, 'whole')) == 0
    i, delay_s = random.randrange(2), random.uniform(0, 1.0)
    print('killed in network', i, 'after', delay_s)
    while (code := kill_after_a_checkpoint(tmp_path, 'killed', i, delay_s)) == 0:
        # we were held up, and it has ended: once more
        shutil.rmtree(tmp_path / 'killed')
        (tmp_path / 'killed.safetensors').unlink()
        delay_s /= 2
    assert code == -signal.SIGKILL
    assert not (tmp_path / 'killed.safetensors').exists()
    assert dcat_here(monkeypatch, *arguments(tmp_path, 'killed')) == 0
    one, card = load_weights(tmp_path / 'whole.safetensors')
    two, other = load_weights(tmp_path / 'killed.safetensors')
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, two.state_dict()[name]), name
    assert card.results == other.results
    assert card.calibration == other.calibration
    assert not list(tmp_path.glob('.*'))
