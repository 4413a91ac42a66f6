"""Our own programs are started by the interpreter, wherever their scripts are."""

import subprocess

import pytest
from node_helpers import HANGS_S

from dcat_ros.nodes.programs import program

pytestmark = pytest.mark.ros


def run(command, *args):
    return subprocess.run([*command, *args], capture_output=True, text=True, timeout=HANGS_S)


def test_programs_need_no_script_beside_the_interpreter():
    assert run(program('dcat'), '--version').stdout.startswith('dcat, version')
    command = [*program('imu_node'), '--ros-args', '-p', 'model:=no_such']
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert "no weights file 'no_such'" in process.stderr.readline()
        process.terminate()
        assert process.wait(timeout=HANGS_S) == 0


def test_replay_says_what_it_plays_and_when_it_has_ended(bag):
    done = run(program('dcat'), 'replay', str(bag), '--rate', '10', '--start', '1')
    assert (done.returncode, done.stderr) == (0, '')
    first, last = done.stdout.splitlines()
    assert first == f'{bag}: /activity_truth, /imu/data_raw; 5.0 s, in 0.5 s'
    assert last.endswith(' messages published')


def test_replay_of_a_bag_that_was_cut_off_says_that_its_length_is_unknown(bag):
    (bag / 'metadata.yaml').unlink()
    (file,) = bag.iterdir()
    file.write_bytes(file.read_bytes()[:-40])
    done = run(program('dcat'), 'replay', str(bag), '--rate', '20', '--topics', '/imu/data_raw')
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == f'{bag}: /imu/data_raw; of unknown length'
