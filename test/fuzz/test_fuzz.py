"""A short run of `make fuzz`, and that the tool sees what it looks for."""

import sys

import pytest
from helpers import REPO

sys.path.insert(0, str(REPO))

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.sound.receiver import AudioReceiver
from tools.fuzz.case import Batch
from tools.fuzz.kinds import KINDS
from tools.fuzz.run import Limits, run
from tools.fuzz.table import table
from tools.fuzz.worker import try_batch

HONEST = [name for name, kind in KINDS.items() if kind.share]
SIZES = {'messages': 150, 'files': 12}


@pytest.mark.parametrize('kind', HONEST)
def test_nothing_but_a_result_or_a_sentence_comes_out(kind, tmp_path):
    n = SIZES[KINDS[kind].group]
    outcome = try_batch(Batch(kind, 17, 0, n), tmp_path)
    assert outcome.findings == []
    assert outcome.n == n
    assert outcome.results.total() == n


def test_windows_are_completed_between_hostile_messages(tmp_path):
    for kind in ('imu', 'image 16UC1', 'std_msgs/Int16MultiArray'):
        batches = [try_batch(Batch(kind, 5, i, 400), tmp_path) for i in range(3)]
        assert sum(one.windows for one in batches) > 10, kind


def test_floats_that_no_sound_has_are_among_the_messages(tmp_path):
    outcome = try_batch(Batch('audio_common_msgs/AudioStamped', 5, 0, 400), tmp_path)
    assert outcome.results.keys() >= {'accepted', 'implausible', 'non_finite'}


def test_another_error_of_ours_out_of_a_message_is_a_finding(tmp_path, monkeypatch):
    def accept(*_):
        raise DatasetError('a sample of the sound is NaN')

    monkeypatch.setattr(AudioReceiver, 'accept', accept)
    outcome = try_batch(Batch('std_msgs/Int16MultiArray', 0, 0, 5), tmp_path)
    assert 'DatasetError would end a bag: a sample' in outcome.findings[0][1]


@pytest.mark.parametrize('kind', ['imu', 'cards', 'file, MCAP zstd'])
def test_a_batch_is_the_same_again(kind, tmp_path):
    first, second = (try_batch(Batch(kind, 3, 4, 15), tmp_path) for _ in range(2))
    assert first.results == second.results
    assert first.windows == second.windows


@pytest.mark.parametrize(
    ('kind', 'match'),
    [
        ('another error', 'ZeroDivisionError'),
        ('no sentence', 'no sentence'),
        ('memory', 'MiB were taken for 4 bytes'),
    ],
)
def test_a_trap_is_a_finding_that_is_saved(kind, match, tmp_path):
    outcome = try_batch(Batch(f'trap: {kind}', 0, 0, 3), tmp_path)
    assert [i for i, _ in outcome.findings] == [2]
    assert match in outcome.findings[0][1]
    (folder,) = tmp_path.iterdir()
    assert (folder / 'case.bin').read_bytes() == b'trap'
    assert f"--again 'trap: {kind}' 0 0 3   # case 2" in (folder / 'finding.txt').read_text()
    assert outcome.results == {'BagError': 2} or kind == 'memory'


def test_processes_that_crash_or_hang_are_findings_and_the_others_go_on(tmp_path):
    kinds = ['trap: crash', 'trap: hang', 'trap: idle', 'truth']
    limits = Limits(600, 209, cpu_s=2.0, idle_s=8.0)
    outcomes = run(0, limits, 2, tmp_path, lambda *_: None, kinds)
    found = {kind: one.findings[0] for kind, one in outcomes.items() if one.findings}
    assert found.keys() == set(kinds[:3])
    assert 'the process ended with -11' in found['trap: crash'][1]
    assert 'more than 2 s of CPU time' in found['trap: hang'][1]
    assert 'it waits for more than 8 s' in found['trap: idle'][1]
    assert all(i == 2 for i, _ in found.values())
    assert outcomes['truth'].n == 200
    assert outcomes['truth'].findings == []
    text = table(outcomes)
    assert '| trap: crash |' in text
    assert text.splitlines()[-1].startswith('| all | 206 |')
