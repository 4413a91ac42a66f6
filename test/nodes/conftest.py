"""A recogniser process and a node that talks to it, over real DDS in a domain of their own."""

import os

import pytest
from own_domain import own_domain

from dcat_ros.share import dds_environment

pytest.importorskip('rclpy', reason='needs rclpy: source ROS 2, or run make setup')

# before anything makes a DDS participant: never reach the network, and keep off other tests
os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
os.environ['ROS_DOMAIN_ID'] = own_domain()

# nodes find each other within 0.3 s
os.environ.update(dds_environment())

import numpy as np
import rclpy
from node_helpers import COARSE_S, Peer, RecogniserProcess
from presence_dds import Listener
from untrained import save_untrained

from dcat_ros.bags.write import Piece, write_bag
from dcat_ros.datasets import Signal
from dcat_ros.segment import Segment

_S = 10**9


@pytest.fixture(scope='session')
def quick_model(tmp_path_factory):
    """Path of an untrained model with a window of 1 s, every 0.1 s."""
    path = tmp_path_factory.mktemp('model') / 'quick.safetensors'
    save_untrained(path)
    return path


@pytest.fixture
def peer():
    """The test's own node."""
    rclpy.init()
    peer = Peer()
    yield peer
    peer.close()
    rclpy.try_shutdown()


@pytest.fixture
def recogniser(quick_model, peer):
    """imu_node as a process, active, and connected with the peer."""
    with RecogniserProcess(quick_model) as process:
        peer.ready()
        yield process
        assert process.alive(), process.errors()


@pytest.fixture
def listener():
    """A node that hears presence_node."""
    rclpy.init()
    listener = Listener()
    yield listener
    listener.close()
    rclpy.try_shutdown()


@pytest.fixture
def make_bag(tmp_path):
    """Writes a bag of so many seconds, with segments of truth."""

    def make(seconds, *segments):
        values = np.random.default_rng(0).normal(size=(50 * seconds + 1, 6))
        write_bag([Piece(Signal.at_rate(values, 50.0), segments)], tmp_path / 'bag')
        return tmp_path / 'bag'

    return make


@pytest.fixture
def bag(make_bag):
    """Six seconds, of which the first two are one activity and the last three another."""
    return make_bag(6, Segment(0, 2 * _S, 'walk'), Segment(3 * _S, 6 * _S, 'wave'))


@pytest.fixture
def short_bag(make_bag):
    """Four windows of `coarse`, no more than may wait in a node."""
    return make_bag(4, Segment(0, 2 * _S, 'walk'), Segment(2 * _S, 4 * _S, 'wave'))


@pytest.fixture
def coarse(quick_model, peer):
    """imu_node, active, that loses nothing of `short_bag`, at whatever rate it is played."""
    arguments = ['-p', f'stride:={COARSE_S}', '-p', 'qos_depth:=1000']
    with RecogniserProcess(quick_model, *arguments) as process:
        peer.ready()
        peer.node.destroy_publisher(peer.imu)  # nobody but the player
        peer.wait_for(lambda: not peer.node.count_publishers('/imu/data_raw'), 'silence')
        yield process
        assert process.alive(), process.errors()
