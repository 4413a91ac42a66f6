"""The grid on a real local Ray cluster, whose worker is killed in the middle."""

import threading
import time

import pytest
from experiment_helpers import FIELDS, files, make_config

from dcat_ros.errors import ConfigError
from dcat_ros.experiment.cells import load_cell
from dcat_ros.experiment.run import run_experiment

ray = pytest.importorskip('ray', reason='needs the package ray')
psutil = pytest.importorskip('psutil')
pytest.importorskip('seglearn')

DEADLINE_S = 150


def kill_a_worker(killed):
    """Wait for a process of Ray that trains, and kill it."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        for process in psutil.process_iter(['cmdline']):
            if 'ray::run_group' in ' '.join(process.info['cmdline'] or []):
                process.kill()
                killed.append(process.pid)
                return
        time.sleep(0.02)


@pytest.mark.slow
def test_ray_cluster_whose_worker_is_killed_has_every_cell_once(tmp_path, monkeypatch):
    # of itself 15: beside other tests its workers would hardly run
    monkeypatch.setenv('RAY_worker_niceness', '5')
    config = make_config(**FIELDS | {'optimiser': {'steps': 40, 'batch_size': 8}})
    killed, seen = [], []
    killer = threading.Thread(target=kill_a_worker, args=(killed,))
    killer.start()
    try:
        run_experiment(
            config,
            None,
            tmp_path,
            workers=2,
            ray_address='local',
            progress=lambda *stage: seen.append(stage),
        )
    finally:
        killer.join()
    assert len(killed) == 1
    cells = config.cells()
    assert files(tmp_path).keys() == {cell.file for cell in cells}
    assert [load_cell(tmp_path / cell.file).cell for cell in cells] == cells
    assert seen[-1] == ('grid', 6, 6)
    assert not ray.is_initialized()


def test_ray_cluster_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r"No Ray cluster answers at '127.0.0.1:1'"):
        run_experiment(make_config(**FIELDS), None, tmp_path, ray_address='127.0.0.1:1')
