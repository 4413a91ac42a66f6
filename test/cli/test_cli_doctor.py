"""dcat doctor without ROS: every check with planted faults, their order, and the exit codes."""

import importlib.util
import re
import subprocess
import sys
from threading import Event

import pytest
from doctor_helpers import one
from helpers import REPO

from dcat_ros.doctor import checks, machine, software, weights
from dcat_ros.doctor.finding import FAULT, NOTE, OK, Check, Finding, run
from dcat_ros.errors import ConfigError
from dcat_ros.libraries import EXTRAS, LIBRARIES
from dcat_ros.model.weights import save_weights

pytestmark = pytest.mark.usefixtures('bare')


def without(module):
    """Python acts as if the module were not installed."""
    return {name: None for name in [module, *sys.modules] if name.split('.')[0] == module}


# ---- running ----


def test_findings_come_in_the_order_of_the_checks():
    looks = {name: lambda name=name: [Finding(OK, name, '')] * 2 for name in 'abc'}
    found = run(Check(name, look) for name, look in looks.items())
    assert [finding.name for finding in found] == list('aabbcc')


@pytest.mark.parametrize(
    ('problem', 'text'),
    [
        (ConfigError('The sun is down; wait.'), 'The sun is down; wait'),
        (KeyError('x'), "KeyError: 'x'"),
        (SystemExit(3), 'SystemExit: 3'),
        (RuntimeError('a\nb'), 'RuntimeError: a b'),
    ],
)
def test_check_that_raises_is_a_fault_and_the_next_one_runs(problem, text):
    def look():
        raise problem

    first, second = run([Check('bad', look), Check('good', lambda: [Finding(OK, 'good', 'x')])])
    assert text in one([first], FAULT)
    assert second.level == OK


def test_check_that_hangs_is_a_fault_in_time():
    stop, ended = Event(), Event()

    def look():
        stop.wait(120)
        ended.set()
        return []

    (found,) = run([Check('slow', look, 0.2)])
    assert not ended.is_set(), 'it was waited for'
    stop.set()
    assert 'within 0.2 s' in one([found], FAULT)


def test_every_check_is_bounded_and_what_others_need_comes_first():
    names = [check.name for check in checks.CHECKS]
    assert names.index('numpy') < names.index('onnxruntime') < names.index('weights')
    assert names.index('ros') < names.index('talk') < names.index('messages')
    assert all(0 < check.limit_s <= 60 for check in checks.CHECKS)


@pytest.mark.parametrize(('level', 'code'), [(OK, 0), (NOTE, 0), (FAULT, 1)])
def test_doctor_exit_code_says_whether_there_is_a_fault(dcat, monkeypatch, level, code):
    found = [Finding(OK, 'one', 'fine'), Finding(level, 'two', 'so so', 'Do this.')]
    monkeypatch.setattr(checks, 'CHECKS', (Check('x', lambda: found),))
    got, out, err = dcat('doctor')
    assert (got, err) == (code, '')
    lines = out.splitlines()
    assert lines[0].split() == ['ok', 'one', 'fine']
    assert lines[1].split() == [level, 'two', 'so', 'so.', 'Do', 'this.']
    assert lines[2].startswith('1 fault,' if code else 'no faults,')


# ---- software ----


def test_versions_are_said():
    assert '0.' in one(software.package(), OK)
    assert one(software.numpy_version(), OK)
    assert one(software.onnxruntime_version(), OK)
    assert one(software.torch_version(), OK)
    assert one(software.libraries(), OK)
    assert one(software.extras(), OK)
    assert 'CPU (threads' in one(software.devices(), OK)


@pytest.mark.parametrize(
    ('module', 'look'),
    [('numpy', software.numpy_version), ('onnxruntime', software.onnxruntime_version)],
)
def test_library_that_is_missing_is_a_fault(monkeypatch, module, look):
    for name in without(module):
        monkeypatch.setitem(sys.modules, name, None)
    assert 'pip install' in one(look(), FAULT)


def test_what_only_training_needs_is_no_fault(monkeypatch):
    monkeypatch.setattr(software, 'installed', lambda module: False)
    monkeypatch.setattr(software, 'find_spec', lambda module: None)
    assert 'pip install "dcat_ros[train]"' in one(software.torch_version(), NOTE)
    assert software.devices() == []
    found = one(software.extras(), NOTE)
    assert 'matplotlib' in found
    assert 'pip install "dcat_ros[report]"' in found


def test_libraries_that_are_missing_are_one_fault(monkeypatch):
    lacking = ('cv2', 'yaml', 'numpy')
    monkeypatch.setattr(software, 'find_spec', lambda name: None if name in lacking else name)
    found = one(software.libraries(), FAULT)
    assert f'opencv-python-headless, PyYAML not installed in {sys.executable}. Activate' in found
    assert 'pip install opencv-python-headless PyYAML.' in found


def test_libraries_are_those_of_setup_py():
    (block,) = re.findall(r'install_requires=\[(.*?)\]', (REPO / 'setup.py').read_text(), re.DOTALL)
    assert sorted(LIBRARIES.values()) == sorted(re.findall(r"'([\w-]+)[^']*'", block))


@pytest.mark.parametrize('extra', ['report', 'train', 'ray'])
def test_extras_are_those_of_setup_py(extra):
    text = (REPO / 'setup.py').read_text()
    (block,) = re.findall(rf"'{extra}': (\[.*?\]|REPORT),", text, re.DOTALL)
    if block == 'REPORT':
        (block,) = re.findall(r'REPORT = (\[.*?\])', text, re.DOTALL)
    wanted = sorted(pip for pip, own in EXTRAS.values() if own == extra)
    assert wanted == sorted(re.findall(r"'([\w-]+)[^']*'", block))


def test_torch_that_lacks_a_library_is_a_fault(monkeypatch):
    def load(name, *args, **options):
        if name == 'torch':
            raise OSError('libgomp.so.1: cannot open shared object file')
        return real(name, *args, **options)

    real = __import__
    monkeypatch.setattr('builtins.__import__', load)
    assert 'libgomp.so.1' in one(software.torch_version(), FAULT)
    assert software.devices() == []


def test_torch_that_does_not_fit_numpy_is_a_fault(monkeypatch):
    import torch

    def refuse(array):
        raise RuntimeError('Numpy is not available')

    monkeypatch.setattr(torch, 'from_numpy', refuse)
    assert 'Numpy is not available' in one(software.torch_version(), FAULT)


def test_folder_of_the_working_directory_is_no_installed_package(tmp_path, monkeypatch):
    (tmp_path / 'only_a_folder').mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.util.find_spec('only_a_folder') is not None
    assert not software.installed('only_a_folder')
    assert not software.installed('no_such.module')
    assert software.installed('json')


# ---- machine ----


@pytest.mark.parametrize(
    ('free', 'level'), [(8 << 30, OK), (600 << 20, NOTE), (100 << 20, FAULT), (None, NOTE)]
)
def test_memory(monkeypatch, free, level):
    monkeypatch.setattr(machine, 'free_memory', lambda: free)
    one(machine.memory(), level)


def test_free_memory_is_the_container_s_where_that_is_less(tmp_path):
    assert machine.free_memory(tmp_path) is None
    (tmp_path / 'proc').mkdir()
    (tmp_path / 'proc/meminfo').write_text('MemTotal: 9000 kB\nMemAvailable:  4000 kB\n')
    assert machine.free_memory(tmp_path) == 4000 * 1024
    group = tmp_path / 'sys/fs/cgroup'
    group.mkdir(parents=True)
    (group / 'memory.current').write_text('1000\n')
    (group / 'memory.max').write_text('max\n')
    assert machine.free_memory(tmp_path) == 4000 * 1024
    (group / 'memory.max').write_text('3000\n')
    assert machine.free_memory(tmp_path) == 2000
    (tmp_path / 'proc/meminfo').write_text('MemAvailable: many\n')
    assert machine.free_memory(tmp_path) == 2000


def test_recordings(monkeypatch, tmp_path):
    assert 'not set' in one(machine.recordings(), NOTE)
    monkeypatch.setenv('DCAT_DATA', str(tmp_path))
    assert 'holds no data set' in one(machine.recordings(), NOTE)
    (tmp_path / 'utd_mhad').mkdir()
    assert one(machine.recordings(), OK).endswith(': utd_mhad')
    for wrong in (tmp_path / 'none', 'x' * 300):
        monkeypatch.setenv('DCAT_DATA', str(wrong))
        assert 'cannot be read' in one(machine.recordings(), FAULT)


@pytest.mark.parametrize(
    ('answer', 'level', 'text'),
    [
        ({'stdout': '3  USB mic  (1 channels, 44100 Hz)\n'}, OK, '3 USB mic (1 channels'),
        ({'stdout': ''.join(f'{i}  m  (x)\n' for i in range(5))}, OK, 'and 2 more'),
        ({'stdout': 'There is no recording device.\n'}, NOTE, 'none'),
        ({'returncode': 1, 'stderr': 'ALSA\nsudo apt install libportaudio2'}, NOTE, 'apt install'),
        ({'returncode': -11}, NOTE, 'cannot be asked'),
        ({'raises': subprocess.TimeoutExpired('x', 1)}, NOTE, 'did not answer'),
    ],
)
def test_microphones(answers, answer, level, text):
    answers(**answer)
    assert text in one(machine.microphones(), level)


def test_portaudio_that_is_missing_says_what_to_install(monkeypatch, tmp_path):
    (tmp_path / 'sounddevice.py').write_text('raise OSError("PortAudio library not found")')
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    assert 'sudo apt install libportaudio2' in one(machine.microphones(), NOTE)


# ---- weights ----


@pytest.fixture
def models(monkeypatch, tmp_path):
    """The folder of shipped models, empty at first."""
    (tmp_path / 'models').mkdir()
    monkeypatch.setattr('dcat_ros.model.find.share_dir', lambda: tmp_path)
    return tmp_path / 'models'


def test_weights_that_were_not_installed_are_a_fault(models):
    assert 'none were installed' in one(weights.weights(), FAULT)


def test_weights_say_what_they_are_for_and_a_damaged_file_is_a_fault(models):
    from helpers import make_card, make_net

    figures = [
        {'split': 'streams', 'metric': 'window macro-F1', 'value': 0.5},
        {'split': 'trials', 'metric': 'trial macro-F1', 'value': 0.75},
    ]
    card = make_card(results=figures)
    save_weights(models / 'a.safetensors', make_net(card), card)
    (models / 'b.safetensors').write_bytes(b'x' * 100)
    good, bad = weights.weights()
    said = one([good], OK)
    assert 'imu, 3 labels, macro-F1 0.500 by windows, 0.750 by whole trials' in said
    assert 'b.safetensors is no whole safetensors file' in one([bad], FAULT)


def test_recordings_are_no_fault_where_a_library_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv('DCAT_DATA', str(tmp_path))
    monkeypatch.setitem(sys.modules, 'dcat_ros.datasets', None)
    assert 'without the libraries' in one(machine.recordings(), NOTE)


def test_weights_are_left_out_where_libraries_are_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, 'dcat_ros.model.find', None)
    assert 'need the libraries' in one(weights.weights(), NOTE)


def test_shipped_weights_are_read(no_tagger):
    found = {finding.name: finding for finding in weights.weights()}
    assert {'imu_utd_mhad', 'imu_watch'} <= found.keys()
    assert all('macro-F1 0.' in finding.fact for finding in found.values())
    behind = found.pop('audio_kitchen20_ear')
    assert behind.level == NOTE
    assert 'dcat models get tagger' in behind.remedy
    assert {finding.level for finding in found.values()} == {OK}


def test_weights_behind_a_network_that_is_here_are_well(has_tagger):
    found = {finding.name: finding for finding in weights.weights()}
    assert found['audio_kitchen20_ear'].level == OK
