"""The part of dcat doctor that needs ROS: two nodes in two processes, over real DDS."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import run_python
from node_helpers import HANGS_S

from dcat_ros.doctor import ros
from dcat_ros.doctor.finding import FAULT, OK
from dcat_ros.nodes import doctor_hear

pytestmark = pytest.mark.ros

CODE = 'from dcat_ros.cli.main import main; main()'


def test_two_processes_hear_each_other():
    (found,) = ros.talk(HANGS_S)
    assert found.level == OK, found
    assert 'first message after' in found.fact
    assert 'round trip' in found.fact


def test_other_domain_is_a_fault_after_its_time():
    (found,) = ros.talk(4.0, {'ROS_DOMAIN_ID': '101'})
    assert (found.level, 'within 4 s' in found.fact) == (FAULT, True), found
    assert 'ROS_DOMAIN_ID' in found.remedy


def test_rmw_that_is_not_installed_is_a_fault_and_the_other_checks_go_on():
    done = run_python('-c', CODE, 'doctor', RMW_IMPLEMENTATION='rmw_none')
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'Traceback' not in done.stdout + done.stderr
    lines = {line.split()[1]: line for line in done.stdout.splitlines()}
    assert lines['rmw'].startswith('fault')
    assert 'rmw_none' in lines['rmw']
    assert 'talk' not in lines
    assert 'rmw_none' not in lines['launch_ros']
    assert lines['messages'].startswith('ok')


@pytest.fixture
def long_lease(monkeypatch, tmp_path):
    """Who goes without a word stays in the graph for an hour."""
    (name,) = (n for n in os.environ if n.endswith('_DEFAULT_PROFILES_FILE'))
    announced = '<leaseAnnouncement>'
    lease = f'<leaseDuration><sec>3600</sec></leaseDuration>{announced}'
    text = Path(os.environ[name]).read_text()
    assert announced in text
    (tmp_path / 'lease.xml').write_text(text.replace(announced, lease))
    monkeypatch.setenv(name, str(tmp_path / 'lease.xml'))


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_node_of_the_doctor_leaves_the_graph_when_it_is_ended(peer, long_lease, number):
    def there():
        return 'dcat_doctor_speak' in peer.node.get_node_names()

    command = [sys.executable, '-m', 'dcat_ros.nodes.doctor_speak', '/t', '60']
    with subprocess.Popen(command) as process:
        peer.wait_for(there, 'the node')
        process.send_signal(number)
        peer.wait_for(lambda: not there(), 'the node to be gone')
        assert process.wait(timeout=HANGS_S) == 0


def test_doctor_ends_the_other_node_and_does_not_kill_it(monkeypatch, tmp_path):
    # instead of the other node, a program that writes down that it was asked to end
    began, ended = tmp_path / 'began', tmp_path / 'ended'
    program = tmp_path / 'python'
    trap = f"trap 'touch {ended}; exit 0' TERM"
    program.write_text(f'#!/bin/sh\n{trap}\ntouch {began}\nsleep 300 & wait\n')
    program.chmod(0o755)

    def hear(topic, end):
        limit = time.monotonic() + HANGS_S
        while not began.exists():
            assert time.monotonic() < limit
            time.sleep(0.01)

    monkeypatch.setattr(doctor_hear.sys, 'executable', str(program))
    monkeypatch.setattr(doctor_hear, 'hear', hear)
    monkeypatch.setattr(doctor_hear, '_GOODBYE_S', HANGS_S)
    doctor_hear.main(0.5, {})
    assert ended.exists()
