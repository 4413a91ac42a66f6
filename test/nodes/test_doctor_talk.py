"""The part of dcat doctor that needs ROS: two nodes in two processes, over real DDS."""

import time

import pytest
from helpers import run_python

from dcat_ros.doctor import ros
from dcat_ros.doctor.finding import FAULT, OK

pytestmark = pytest.mark.ros

CODE = 'from dcat_ros.cli.main import main; main()'


def test_two_processes_hear_each_other():
    (found,) = ros.talk(20.0)
    assert found.level == OK, found
    assert 'first message after' in found.fact
    assert 'round trip' in found.fact


def test_other_domain_is_a_fault_within_its_time():
    begin = time.monotonic()
    (found,) = ros.talk(4.0, {'ROS_DOMAIN_ID': '101'})
    assert time.monotonic() - begin < 4 + 5
    assert (found.level, 'within 4 s' in found.fact) == (FAULT, True), found
    assert 'ROS_DOMAIN_ID' in found.remedy


def test_rmw_that_is_not_installed_is_a_fault_and_the_other_checks_go_on():
    done = run_python('-c', CODE, 'doctor', RMW_IMPLEMENTATION='rmw_none')
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'Traceback' not in done.stdout + done.stderr
    lines = {line.split()[1]: line for line in done.stdout.splitlines()}
    assert lines['talk'].startswith('fault')
    assert 'rmw_none' in lines['talk']
    assert lines['messages'].startswith('ok')
