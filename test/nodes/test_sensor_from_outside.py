"""A sensor from a package of somebody's own, live: its node over DDS, and in presence."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest
from geometry_msgs.msg import WrenchStamped
from node_helpers import HANGS_S
from outside import felt
from presence_dds import Node, ros_arguments

pytestmark = pytest.mark.ros

NAME = '/wrench_node'
START = (
    "from dcat_ros.nodes.entry import run_node; run_node('dcat_wrench.wrench_node', 'WrenchNode')"
)


@pytest.fixture
def wrench_node(outside):
    """Its process, asleep, with weights that know 'pull' and 'turn'."""
    weights = outside / 'alone.safetensors'
    arguments = ros_arguments(autostart='false', stale_after=1.0, model=weights)
    process = subprocess.Popen(
        [sys.executable, '-c', START, *arguments],
        env={**os.environ, 'PYTHONPATH': str(outside / 'package')},
    )
    yield process
    process.terminate()
    assert process.wait(timeout=HANGS_S) == 0


class Wrench:
    """Publishes what is felt during an activity, in real time."""

    def __init__(self, listener, label):
        self.label = label
        self.publisher = listener.node.create_publisher(WrenchStamped, 'wrench', 100)
        self.timer = listener.node.create_timer(0.02, self.one)

    def one(self):
        now_ns = time.time_ns()
        force, _ = felt(self.label, now_ns / 1e9 % 1000, np.random.default_rng(now_ns % 2**32))
        message = WrenchStamped()
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(now_ns, 10**9)
        wrench = message.wrench
        for vector, values in ((wrench.force, force[:3]), (wrench.torque, force[3:])):
            vector.x, vector.y, vector.z = (float(v) for v in values)
        self.publisher.publish(message)


def test_it_is_woken_by_its_data_and_its_label_is_that_of_the_robot(listener, wrench_node):
    with Node('presence_node', *ros_arguments(recognisers='[wrench_node]')):
        listener.wait_for_state(NAME, 'inactive')
        sensor = Wrench(listener, 'turn')
        listener.wait_for(lambda: listener.sources == [NAME], 'a label of the sensor')
        listener.wait_for(lambda: listener.labels[-1:] == ['turn'], 'the label')
        sensor.label = 'pull'
        listener.wait_for(lambda: listener.labels[-1:] == ['pull'], 'the other label')
