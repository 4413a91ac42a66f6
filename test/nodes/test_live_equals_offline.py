"""The same recording sample by sample, from a bag, and through the live node: one result."""

import gc
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from node_helpers import HANGS_S, RecogniserProcess
from rclpy.qos import QoSProfile
from rosgraph_msgs.msg import Clock

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.write import make_bag
from dcat_ros.datasets import load
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.model.runtime import load_model
from dcat_ros.nodes.replay import Player
from dcat_ros.sensors.inertial.messages import decode_imu
from dcat_ros.streaming.recogniser import Recogniser

pytestmark = pytest.mark.ros


@pytest.fixture
def bag(data_dir, tmp_path):
    """Some trials of one person joined to a stream: a real recording."""
    whole = load('utd_mhad', data_dir, ['1'])
    some = type(whole)(whole.info, whole.trials[::12])
    make_bag(some, tmp_path / 'bag', continuous=True)
    return tmp_path / 'bag'


def test_live_offline_and_sample_by_sample_give_the_same(bag, peer):
    offline = evaluate_bag(bag, load_model('imu_utd_mhad')).predictions
    recogniser = Recogniser(load_model('imu_utd_mhad'))
    one_by_one = []

    def sent(topic, time_ns, data):
        """Let the player go on when the node has said what it makes of this."""
        if topic == '/imu/data_raw':
            one_by_one.extend(recogniser.push(*_arguments(data)))
        end = time.monotonic() + HANGS_S
        while len(peer.monitor.all) < len(one_by_one):
            assert time.monotonic() < end, peer.health
            time.sleep(0.0005)

    # the sensor's time is far ahead of /clock where that is late on its way
    arguments = ['-p', 'use_sim_time:=true', '-p', 'max_future:=100.0']
    with RecogniserProcess('imu_utd_mhad', *arguments):
        peer.ready()
        peer.node.destroy_publisher(peer.imu)
        player = Player(peer.node, bag, rate=50.0)
        player.sent = sent
        assert player.wait_for_subscriber('/imu/data_raw', HANGS_S)
        with ThreadPoolExecutor() as pool:
            playing = pool.submit(player.play)
            peer.wait_for(playing.done, 'the end of the bag')  # and listen
            assert playing.result() > 1000
    live = [heard.prediction for heard in peer.monitor.all]
    assert len(live) > 50
    ends = [prediction.end_ns for prediction in offline]
    assert [p.end_ns for p in live] == [p.end_ns for p in one_by_one] == ends
    for a, b, c in zip(live, offline, one_by_one, strict=True):
        for other in (a, c):
            assert other.label == b.label
            np.testing.assert_allclose(other.probabilities, b.probabilities, rtol=0, atol=1e-5)


def test_player_publishes_the_bags_bytes_and_a_clock_that_rises(bag, peer):
    from sensor_msgs.msg import Imu

    got: list[bytes] = []
    clock: list[int] = []
    qos = QoSProfile(depth=5000)
    peer.node.create_subscription(Imu, '/imu/data_raw', got.append, qos, raw=True)
    peer.node.create_subscription(
        Clock, '/clock', lambda m: clock.append(m.clock.sec * 10**9 + m.clock.nanosec), qos
    )
    player = Player(peer.node, bag, rate=50.0)
    assert player.wait_for_subscriber('/imu/data_raw', HANGS_S)
    with ThreadPoolExecutor() as pool:
        playing = pool.submit(player.play)
        peer.wait_for(playing.done, 'the end of the bag')
    with BagReader(bag) as reader:
        expected = [message.data for message in reader.messages(['/imu/data_raw'])]
    peer.wait_for(lambda: len(got) == len(expected), 'all messages')
    assert [bytes(data) for data in got] == expected
    assert len(clock) > 10
    assert clock == sorted(clock)


def _arguments(data):
    sample = decode_imu(data)
    return sample.stamp_ns, sample.values, sample.frame_id


def test_player_is_not_stopped_by_a_search_for_garbage(bag, peer):
    frozen = []

    def sent(*message):
        if not frozen:  # to count takes its time
            frozen.append(gc.get_freeze_count())

    player = Player(peer.node, bag, rate=20.0)
    player.sent = sent
    player.play()
    assert frozen[0] > 10_000
    assert gc.get_freeze_count() == 0
