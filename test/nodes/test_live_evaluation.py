"""Hearing a running recogniser: of a bag it says what offline says; the truth comes in time."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
import rclpy
from node_helpers import COARSE_S, HANGS_S, RecogniserProcess
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import Int32, String

from dcat_ros.errors import BagError, ConfigError, DcatError
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.live import differences
from dcat_ros.model.runtime import load_model
from dcat_ros.nodes.live import listen
from dcat_ros.nodes.truth_topic import adapted
from dcat_ros.segment import Segment
from dcat_ros.truth import from_changes

pytestmark = pytest.mark.ros

S = 10**9
TRUTH = '/activity_truth'
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
LOSSY = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)


@contextmanager
def listening(**options):
    """A listener in a thread, which has begun: its future, and what ends it."""
    stop, begun = Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        try:
            future = pool.submit(listen, '/imu_node', stop=stop, begun=begun.set, **options)
            assert begun.wait(HANGS_S)
            yield future, stop
        finally:
            stop.set()


def test_of_a_bag_live_is_offline(short_bag, coarse, quick_model):
    shown = []
    record = listen('imu_node', stop=Event(), bag=short_bag, rate=4.0, show=shown.append)
    offline = evaluate_bag(short_bag, load_model(str(quick_model)), stride_s=COARSE_S)
    assert differences(record.predictions, offline.predictions) == ''
    assert len(record.recognised) == len(shown) == 4
    assert (record.recogniser, record.model, record.notes) == ('/imu_node', 'quick', [])
    assert record.labels == offline.labels
    assert from_changes(record.changes, record.end_ns) == offline.truth
    assert [s.label for s in offline.truth] == ['walk', 'wave']
    # a second time, by the same node
    again = listen('/imu_node', stop=Event(), bag=short_bag, rate=8.0, truth_topic=None)
    assert differences(again.predictions, offline.predictions) == ''
    assert again.changes == []


def test_a_namesake_that_listens_to_nothing_does_no_harm(short_bag, peer, coarse):
    namesakes = [rclpy.create_node('imu_node') for _ in range(2)]
    try:
        record = listen('/imu_node', stop=Event(), bag=short_bag, rate=4.0)
    finally:
        for node in namesakes:
            node.destroy_node()
    assert (record.model, len(record.recognised)) == ('quick', 4)


def test_a_bag_ends_with_stop_and_with_its_seconds(coarse, make_bag):
    long_bag = make_bag(600, Segment(0, 600 * S, 'walk'))
    stop = Event()
    record = listen('/imu_node', stop=stop, bag=long_bag, show=lambda heard: stop.set())
    assert 'was not played to its end' in record.notes[0]
    assert 0 < len(record.recognised) < 300
    record = listen('/imu_node', stop=Event(), bag=long_bag, seconds=1.5)
    assert 'was not played to its end' in record.notes[0]
    assert 0 < len(record.recognised) < 300


def test_truth_is_heard_with_its_time_and_each_change_once(recogniser, peer):
    truth = peer.node.create_publisher(String, TRUTH, 10)
    said = []

    shown = []

    def say(text):
        before_ns = time.time_ns()
        truth.publish(String(data=text))
        heard_for_sure(peer, truth, shown)
        said.append((before_ns, time.time_ns(), text))

    with listening(show=shown.append) as (future, stop):
        peer.wait_for(lambda: as_offered(peer, truth, QoSProfile(depth=10)), 'the listener')
        for text in ('walk', 'walk', 'wave', '', 'walk'):
            say(text)
        stop.set()
        record = future.result(timeout=HANGS_S)
    assert [text for _, text in record.changes] == ['walk', 'wave', '', 'walk']
    del said[1]
    for (heard_ns, _), (before_ns, after_ns, _) in zip(record.changes, said, strict=True):
        assert before_ns <= heard_ns <= after_ns
    assert record.begin_ns < record.changes[0][0] < record.changes[-1][0] < record.end_ns
    assert len(record.recognised) >= 10


@pytest.mark.parametrize('qos', [LATCHED, LOSSY], ids=['latched', 'best effort'])
def test_truth_is_heard_however_it_is_published(recogniser, peer, qos):
    truth = peer.node.create_publisher(String, TRUTH, qos)
    truth.publish(String(data='walk'))
    shown = []
    with listening(show=shown.append) as (future, stop):
        peer.wait_for(lambda: as_offered(peer, truth, qos), 'the listener')
        if qos is LOSSY:  # what was said before is lost, and what is said now may be, too
            for _ in range(20):
                truth.publish(String(data='wave'))
                heard_for_sure(peer, truth, shown)
        heard_for_sure(peer, truth, shown)
        stop.set()
        record = future.result(timeout=HANGS_S)
    assert [text for _, text in record.changes] == ['wave' if qos is LOSSY else 'walk']


def as_offered(peer, truth, qos):
    """Whether the listener hears the truth in the way that suits its publisher, and no other.

    At first, while it does not know the publisher, it takes what anybody says.
    """
    infos = peer.node.get_subscriptions_info_by_topic(TRUTH)
    found = [i.qos_profile for i in infos if i.node_name == 'dcat_evaluate']
    wanted = [(qos.reliability, qos.durability)]
    # our own monitor asks for more than the lossy one offers
    n = 1 if qos is LOSSY else 2
    return [
        (q.reliability, q.durability) for q in found
    ] == wanted and truth.get_subscription_count() == n


def heard_for_sure(peer, truth, shown):
    """Wait until the listener has taken what was published: it came before these predictions."""
    assert truth.wait_for_all_acked(Duration(seconds=HANGS_S))
    n = len(shown)
    peer.send_until(lambda: len(shown) >= n + 3, 'the listener to hear')


def test_without_truth_it_is_said_and_so_is_a_topic_of_another_type(recogniser, peer):
    shown = []
    with listening(show=shown.append) as (future, stop):
        peer.send_until(lambda: shown, 'the listener to hear')
        stop.set()
        with pytest.raises(DcatError, match='No label was heard on /activity_truth'):
            future.result(timeout=HANGS_S)
    peer.node.create_publisher(Int32, '/odd', 10)
    with listening(truth_topic='/odd', show=lambda heard: shown.append(1)) as (future, stop):
        shown.clear()
        # so many that it has found the other publisher, too
        peer.send_until(lambda: len(shown) > 50, 'the listener to hear')
        stop.set()
        with pytest.raises(DcatError, match='/odd is std_msgs/msg/Int32, and std_msgs/msg/String'):
            future.result(timeout=HANGS_S)


def test_nothing_said_ends_with_a_sentence_after_its_seconds(recogniser):
    with pytest.raises(DcatError, match=r'/imu_node said nothing of any window in \d+ s; see that'):
        listen('/imu_node', stop=Event(), seconds=1.0)


def test_node_that_is_not_there_is_named_with_those_that_are(recogniser, peer):
    with pytest.raises(DcatError, match=r'No recogniser /image_node is there; .* is /imu_node\.'):
        listen('image_node', stop=Event(), seconds=1.0)


def test_nobody_there_is_said_and_stop_ends_the_waiting(peer, monkeypatch):
    monkeypatch.setattr('dcat_ros.nodes.ear.PATIENCE_S', HANGS_S)
    stop = Event()
    stop.set()
    begin = time.monotonic()
    with pytest.raises(DcatError, match='No recogniser /imu_node is there, nor any other; start'):
        listen('/imu_node', stop=stop)
    assert time.monotonic() - begin < HANGS_S


def test_node_that_does_not_listen_to_the_bag_is_said(bag, quick_model, peer):
    peer.node.destroy_publisher(peer.imu)
    with RecogniserProcess(quick_model, '-r', 'imu/data_raw:=/elsewhere'):
        peer.wait_for(lambda: peer.state() == 'active', 'the node to be active')
        with pytest.raises(DcatError, match=r'/imu_node subscribes to no topic of .*/imu/data_raw'):
            listen('/imu_node', stop=Event(), bag=bag)


def test_another_sensor_that_publishes_is_said(bag, recogniser, peer):
    with pytest.raises(DcatError, match='Somebody else publishes /imu/data_raw, too; stop them'):
        listen('/imu_node', stop=Event(), bag=bag)


def test_bag_without_truth_and_odd_names_are_refused_before_anything_is_played(bag):
    with pytest.raises(BagError, match='has no topic /truth; it has'):
        listen('/imu_node', stop=Event(), bag=bag, truth_topic='/truth')
    with pytest.raises(BagError, match='There is no bag'):
        listen('/imu_node', stop=Event(), bag=bag / 'no')
    with pytest.raises(ConfigError, match=r"'a b' is no name in ROS"):
        listen('a b', stop=Event())


def test_adapted_profile_matches_every_publisher():
    reliable = QoSProfile(depth=1)
    strict = adapted([LATCHED, LATCHED])
    assert strict.durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert strict.reliability == ReliabilityPolicy.RELIABLE
    assert adapted([LATCHED, reliable]).durability == DurabilityPolicy.VOLATILE
    assert adapted([LATCHED, reliable]).reliability == ReliabilityPolicy.RELIABLE
    assert adapted([reliable, LOSSY]).reliability == ReliabilityPolicy.BEST_EFFORT
    assert adapted([]).reliability == ReliabilityPolicy.BEST_EFFORT


def test_the_callers_ros_goes_on(peer, bag):
    """A listener has a context of its own."""
    with pytest.raises(DcatError):
        listen('/nobody', stop=_set(), bag=bag)
    assert rclpy.ok()


def _set():
    event = Event()
    event.set()
    return event
