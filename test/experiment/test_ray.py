"""The grid on a real local Ray cluster, whose worker is killed in the middle."""

import threading
import time
from contextlib import suppress

import pytest
from experiment_helpers import FIELDS, files, make_config

from dcat_ros.errors import ConfigError
from dcat_ros.experiment.cells import load_cell
from dcat_ros.experiment.run import run_experiment

ray = pytest.importorskip('ray', reason='needs the package ray')
psutil = pytest.importorskip('psutil')
pytest.importorskip('seglearn')

DEADLINE_S = 600


def kill_a_worker(killed, done):
    """Wait for a process of Ray that trains, and kill it."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        # of our own cluster: others may have one on this machine
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):  # it has just ended
                if 'ray::run_group' in ' '.join(process.cmdline()):
                    process.kill()
                    killed.append(process.pid)
                    return
        if done.wait(0.02):
            return


@pytest.mark.slow
def test_ray_cluster_whose_worker_is_killed_has_every_cell_once(tmp_path, monkeypatch):
    # of itself 15: beside other tests its workers would hardly run
    monkeypatch.setenv('RAY_worker_niceness', '0')
    killed, seen = [], []
    # where we are held up, all may be over before anything is killed: then with more to do
    for steps in (40, 400, 4000):
        config = make_config(**FIELDS | {'optimiser': {'steps': steps, 'batch_size': 8}})
        results, done = tmp_path / str(steps), threading.Event()
        killer = threading.Thread(target=kill_a_worker, args=(killed, done))
        killer.start()
        try:
            run_experiment(
                config,
                None,
                results,
                workers=2,
                ray_address='local',
                progress=lambda *stage: seen.append(stage),
            )
        finally:
            done.set()
            killer.join()
        if killed:
            break
    assert len(killed) == 1
    cells = config.cells()
    assert files(results).keys() == {cell.file for cell in cells}
    assert [load_cell(results / cell.file).cell for cell in cells] == cells
    assert seen[-1] == ('grid', 6, 6)
    assert not ray.is_initialized()


def test_ray_cluster_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r"No Ray cluster answers at '127.0.0.1:1'"):
        run_experiment(make_config(**FIELDS), None, tmp_path, ray_address='127.0.0.1:1')
