"""The grid on local processes: every cell is there once, whatever happens in between."""

import multiprocessing
import signal
import subprocess
import sys
import time

import pytest
import yaml
from experiment_helpers import FIELDS, config_fields, files, made_paired, make_config, plain
from helpers import dcat_here

from dcat_ros.errors import ConfigError, DatasetError, TrainingError
from dcat_ros.experiment import group as group_module
from dcat_ros.experiment import run as module
from dcat_ros.experiment.cells import load_cell
from dcat_ros.experiment.run import run_experiment
from dcat_ros.experiment.tuning import chosen_attempts, tuning_scores

pytest.importorskip('seglearn')
psutil = pytest.importorskip('psutil')

DIRECTION = 'gyroscope>accelerometer'
TUNED = {'factors': (0.5, 2.0), 'tune_directions': (DIRECTION,), 'tune_regimes': ('tune_ood',)}


def inline(monkeypatch, paired=None):
    """Run groups in this process, one after the other, on made recordings; gives their sizes."""
    ran = []

    def one_by_one(work, pieces, workers, ray_address):
        for i, (config, group, data_dir, folder) in enumerate(pieces):
            yield i, group_module.run_group(config, group, data_dir, folder)
            ran.append(len(group))

    made = paired or made_paired()
    monkeypatch.setattr(module, 'spread', one_by_one)
    for where in (module, group_module):
        monkeypatch.setattr(where, 'load_paired', lambda *args: made)
    return ran


def test_run_on_processes_makes_every_cell_once_and_nothing_the_second_time(tmp_path):
    config = make_config(**FIELDS, **TUNED)
    seen = []
    run_experiment(config, None, tmp_path, workers=2, progress=lambda *s: seen.append(s))
    expected = {cell.file for cell in config.cells()}
    expected |= {'tuning' / cell.file for cell in config.tuning_cells()}
    found = files(tmp_path)
    assert found.keys() == expected
    assert seen[-1] == ('grid', 6, 6)
    assert ('tuning', 6, 6) in seen
    before = {path: (tmp_path / path).stat().st_mtime_ns for path in expected}
    run_experiment(config, None, tmp_path, workers=2)
    assert before == {path: (tmp_path / path).stat().st_mtime_ns for path in expected}
    assert multiprocessing.active_children() == []


def test_run_goes_on_where_it_stopped_and_gives_the_same(tmp_path, monkeypatch):
    ran = inline(monkeypatch)
    config = make_config()
    run_experiment(config, None, tmp_path / 'a')
    run_experiment(config, None, tmp_path / 'b')
    cells = config.cells()
    for cell in cells[::2]:
        (tmp_path / 'b' / cell.file).unlink()
    ran.clear()
    run_experiment(config, None, tmp_path / 'b')
    assert sum(ran) == len(cells[::2])
    for cell in cells:
        one, two = (load_cell(tmp_path / x / cell.file) for x in 'ab')
        assert one.runs == two.runs


@pytest.mark.parametrize('text', ['', '{"sha256": "0", "result": {}}', None])
def test_run_cell_damaged_by_hand_is_said_and_made_again(tmp_path, monkeypatch, caplog, text):
    ran = inline(monkeypatch)
    config = make_config()
    run_experiment(config, None, tmp_path)
    path = tmp_path / config.cells()[1].file
    good = load_cell(path)
    path.write_text(path.read_text().replace('"seed": 0', '"seed": 1') if text is None else text)
    ran.clear()
    run_experiment(config, None, tmp_path)
    assert ran == [1]
    assert load_cell(path).runs == good.runs
    assert str(path) in caplog.text
    assert '"dcat experiment run" makes it again' in caplog.text


def test_run_of_other_settings_makes_every_cell_again(tmp_path, monkeypatch):
    ran = inline(monkeypatch)
    run_experiment(make_config(), None, tmp_path)
    ran.clear()
    run_experiment(make_config(crop=0.2), None, tmp_path)
    assert sum(ran) == 6


def test_run_uses_the_factor_that_was_best_on_the_tuning_subjects(tmp_path, monkeypatch):
    inline(monkeypatch)
    config = make_config(**TUNED, tune_subjects=('5', '6'))
    run_experiment(config, None, tmp_path)
    scores, chosen = tuning_scores(config, tmp_path), chosen_attempts(config, tmp_path)
    assert scores.keys() == {'none', 'kd', 'dcat_centred'}
    for cell in config.cells():
        tries = scores[cell.method]
        assert tries[chosen[cell.method]] == max(tries)
        result = load_cell(tmp_path / cell.file)
        assert result.weights == config.weights(cell.method, chosen[cell.method])
    for cell in config.tuning_cells():
        for run in load_cell(tmp_path / 'tuning' / cell.file).runs:
            assert set(run.subjects) <= {'5', '6'}


def test_run_loss_that_is_no_number_stops_with_a_sentence(tmp_path):
    wild = {'steps': 20, 'batch_size': 4, 'learning_rate': 1e30, 'clip_norm': 1e30}
    config = make_config(**FIELDS | {'optimiser': wild})
    with pytest.raises(TrainingError, match=r'the (loss|gradient) is (nan|inf) at step'):
        run_experiment(config, None, tmp_path, workers=1)
    end = time.monotonic() + 120
    while children := multiprocessing.active_children():
        assert time.monotonic() < end, children
        children[0].join(1)


@pytest.mark.parametrize(
    ('changes', 'error', 'match'),
    [
        ({'dataset': 'watsch'}, DatasetError, "no data set 'watsch'"),
        ({'subjects': ('1', '77')}, DatasetError, 'subject 77 is not in'),
        ({'tune_subjects': ('9', '77')}, ConfigError, 'two of the recorded subjects are needed'),
    ],
)
def test_run_on_recordings_that_do_not_fit_is_a_sentence(tmp_path, changes, error, match):
    config = make_config(**FIELDS | TUNED | changes)
    with pytest.raises(error, match=match):
        run_experiment(config, None, tmp_path, workers=1)
    assert files(tmp_path) == {}


@pytest.mark.slow
def test_run_killed_leaves_whole_cells_and_goes_on(tmp_path, monkeypatch):
    code = 'from dcat_ros.cli.main import main; main()'
    # where we are held up, all may be over before it is killed: then with more to do
    for steps in (20, 200, 2000):
        fields = plain(config_fields(**FIELDS | {'optimiser': {'steps': steps, 'batch_size': 8}}))
        path, results = tmp_path / 'tiny.yaml', tmp_path / f'results_{steps}'
        path.write_text(yaml.safe_dump(fields))
        args = ['experiment', 'run', str(path), '--results', str(results), '--workers', '1']
        process = subprocess.Popen([sys.executable, '-c', code, *args], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 300
        ended = False
        while not list(results.rglob('*.json')):
            assert not ended
            assert time.monotonic() < end
            time.sleep(0.01)
            ended = process.poll() is not None  # before they are looked for
        workers = [] if process.poll() is not None else psutil.Process(process.pid).children()
        process.send_signal(signal.SIGKILL)
        process.wait()
        # the workers do not go on alone
        assert psutil.wait_procs(workers, timeout=120)[1] == []
        if len(files(results / 'tiny')) < 6:
            break
    assert process.returncode == -signal.SIGKILL
    there = files(results / 'tiny')
    assert 1 <= len(there) < 6
    for path_of_cell in there:
        load_cell(results / 'tiny' / path_of_cell)
    assert dcat_here(monkeypatch, *args) == 0
    whole = files(results / 'tiny')
    assert len(whole) == 6
    assert there.items() <= whole.items()
