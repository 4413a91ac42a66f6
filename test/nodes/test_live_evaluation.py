"""Hearing a running recogniser: of a bag it says what offline says; the truth comes in time."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
import rclpy
from node_helpers import RecogniserProcess
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import Int32, String

from dcat_ros.errors import BagError, ConfigError, DcatError
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.live import differences
from dcat_ros.model.runtime import load_model
from dcat_ros.nodes.live import listen
from dcat_ros.nodes.truth_topic import adapted
from dcat_ros.truth import from_changes

pytestmark = pytest.mark.ros

S = 10**9
TRUTH = '/activity_truth'
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
LOSSY = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)


@contextmanager
def listening(**options):
    """A listener in a thread: its future, and what ends it."""
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(listen, '/imu_node', stop=stop, **options), stop
        finally:
            stop.set()


def test_of_a_bag_live_is_offline(bag, reliable, quick_model):
    shown = []
    # its windows are 0.1 s apart: any faster, and a busy machine drops some
    record = listen('imu_node', stop=Event(), bag=bag, show=shown.append)
    offline = evaluate_bag(bag, load_model(str(quick_model)))
    assert differences(record.predictions, offline.predictions) == ''
    assert len(record.recognised) == len(shown) > 40
    assert (record.recogniser, record.model, record.notes) == ('/imu_node', 'quick', [])
    assert record.labels == offline.labels
    assert from_changes(record.changes, record.end_ns) == offline.truth
    assert [s.label for s in offline.truth] == ['walk', 'wave']
    # a second time, by the same node
    again = listen('/imu_node', stop=Event(), bag=bag, truth_topic=None)
    assert differences(again.predictions, offline.predictions) == ''
    assert again.changes == []


def test_a_namesake_that_listens_to_nothing_does_no_harm(bag, peer, reliable):
    namesakes = [rclpy.create_node('imu_node') for _ in range(2)]
    try:
        record = listen('/imu_node', stop=Event(), bag=bag, rate=4.0)
    finally:
        for node in namesakes:
            node.destroy_node()
    assert (record.model, len(record.recognised) > 40) == ('quick', True)


def test_a_bag_ends_with_stop_and_with_its_seconds(bag, reliable):
    stop = Event()
    begin = time.monotonic()
    record = listen('/imu_node', stop=stop, bag=bag, rate=0.5, show=lambda heard: stop.set())
    assert 'was not played to its end' in record.notes[0]
    record = listen('/imu_node', stop=Event(), bag=bag, rate=0.5, seconds=4.0)
    assert 'was not played to its end' in record.notes[0]
    assert 0 < len(record.recognised) < 30
    assert time.monotonic() - begin < 25  # the whole bag takes 12 s, twice


def test_truth_is_heard_with_its_time_and_each_change_once(recogniser, peer):
    truth = peer.node.create_publisher(String, TRUTH, 10)
    said = []

    def say(text):
        said.append((time.time_ns(), text))
        truth.publish(String(data=text))
        peer.send_and_wait(40, more=2)

    shown = []
    peer.wait_for(lambda: truth.get_subscription_count() == 1, 'its own monitor')
    with listening(show=shown.append) as (future, stop):
        peer.wait_for(lambda: truth.get_subscription_count() == 2, 'the listener')
        # first without, then with the quality that this publisher offers
        send_until(peer, lambda: shown, 'the listener to hear')
        for text in ('walk', 'walk', 'wave', '', 'walk'):
            say(text)
        stop.set()
        record = future.result(timeout=20)
    assert [text for _, text in record.changes] == ['walk', 'wave', '', 'walk']
    del said[1]
    for (heard_ns, _), (said_ns, _) in zip(record.changes, said, strict=True):
        assert 0 <= heard_ns - said_ns < 0.5 * S
    assert record.begin_ns < record.changes[0][0] < record.changes[-1][0] < record.end_ns
    assert len(record.recognised) >= 10


@pytest.mark.parametrize('qos', [LATCHED, LOSSY], ids=['latched', 'best effort'])
def test_truth_is_heard_however_it_is_published(recogniser, peer, qos):
    truth = peer.node.create_publisher(String, TRUTH, qos)
    truth.publish(String(data='walk'))
    shown = []
    with listening(show=shown.append) as (future, stop):
        send_until(peer, lambda: shown, 'the listener to hear')
        if qos is LOSSY:  # what was said before is lost, and what is said now may be, too
            peer.wait_for(lambda: truth.get_subscription_count(), 'the listener')
            for _ in range(20):
                truth.publish(String(data='wave'))
                peer.send_and_wait(5, more=1)
        send_until(peer, lambda: len(shown) > 20, 'more to be heard')
        stop.set()
        record = future.result(timeout=20)
    assert [text for _, text in record.changes] == ['wave' if qos is LOSSY else 'walk']


def send_until(peer, condition, what):
    """Samples in ten times real time until something is so."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, f'waited for {what}'
        peer.send(5)


def test_without_truth_it_is_said_and_so_is_a_topic_of_another_type(recogniser, peer):
    shown = []
    with listening(show=shown.append) as (future, stop):
        send_until(peer, lambda: shown, 'the listener to hear')
        stop.set()
        with pytest.raises(DcatError, match='No label was heard on /activity_truth'):
            future.result(timeout=20)
    peer.node.create_publisher(Int32, '/odd', 10)
    with listening(truth_topic='/odd', show=lambda heard: shown.append(1)) as (future, stop):
        shown.clear()
        # so many that it has found the other publisher, too
        send_until(peer, lambda: len(shown) > 20, 'the listener to hear')
        stop.set()
        with pytest.raises(DcatError, match='/odd is std_msgs/msg/Int32, and std_msgs/msg/String'):
            future.result(timeout=20)


def test_nothing_said_ends_with_a_sentence_after_its_seconds(recogniser):
    with pytest.raises(DcatError, match=r'/imu_node said nothing of any window in 1 s; see that'):
        listen('/imu_node', stop=Event(), seconds=1.0)


def test_node_that_is_not_there_is_named_with_those_that_are(recogniser, peer):
    with pytest.raises(DcatError, match=r'No recogniser /image_node is there; .* is /imu_node\.'):
        listen('image_node', stop=Event(), seconds=1.0)


def test_nobody_there_is_said_and_stop_ends_the_waiting(peer):
    stop = Event()
    stop.set()
    begin = time.monotonic()
    with pytest.raises(DcatError, match='No recogniser /imu_node is there, nor any other; start'):
        listen('/imu_node', stop=stop)
    assert time.monotonic() - begin < 5


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
