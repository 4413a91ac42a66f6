"""Faults that have to be planted: a slow model, and transition callbacks that raise."""

from dataclasses import replace
from threading import Event, Thread

import pytest
from lifecycle_msgs.msg import Transition
from node_helpers import HANGS_S
from rclpy.experimental import EventsExecutor
from rclpy.parameter import Parameter

from dcat_ros.nodes.imu_node import ImuNode
from dcat_ros.nodes.lifecycle import GuardedLifecycleNode
from dcat_ros.sensors.inertial.receiver import ImuReceiver

pytestmark = pytest.mark.ros


class Spinning:
    """A node served by the executor of the real process, in a thread."""

    def __init__(self, node):
        self.node = node
        self.executor = EventsExecutor()
        self.executor.add_node(node)
        self._stop = Event()
        self._thread = Thread(target=self._spin)
        self._thread.start()

    def _spin(self):
        while not self._stop.is_set():
            self.executor.spin_once(timeout_sec=0.1)

    def close(self):
        self._stop.set()
        self._thread.join()
        self.node.stop()
        self.executor.remove_node(self.node)
        self.node.destroy_node()


class Faulty(GuardedLifecycleNode):
    """Raises where it is told to."""

    raise_in = ''

    def __init__(self):
        super().__init__('imu_node')
        self.get_logger().info('is there')  # the peer waits for a word
        self.declare_parameter('autostart', False)
        self.cleaned = 0

    def configure(self):
        self._maybe('configure')

    def activate(self):
        self._maybe('activate')

    def deactivate(self):
        self._maybe('deactivate')

    def clean_up(self):
        self.cleaned += 1

    def _maybe(self, where):
        if self.raise_in == where:
            raise RuntimeError(f'planted in {where}')


@pytest.mark.parametrize('where', ['configure', 'activate', 'deactivate'])
def test_transition_callback_that_raises_leaves_an_unconfigured_node_that_lives(peer, where):
    node = Faulty()
    spinning = Spinning(node)
    try:
        node.raise_in = where
        order = [
            ('configure', Transition.TRANSITION_CONFIGURE),
            ('activate', Transition.TRANSITION_ACTIVATE),
            ('deactivate', Transition.TRANSITION_DEACTIVATE),
        ]
        for name, transition in order:
            if name == where:
                assert peer.change_state(transition) is False
                assert node.problem == f'fault in {where}: RuntimeError: planted in {where}'
                break
            assert peer.change_state(transition) is True
        assert peer.state() == 'unconfigured'
        assert node.cleaned == 1
        node.raise_in = ''
        assert peer.change_state(Transition.TRANSITION_CONFIGURE) is True
    finally:
        spinning.close()


def imu_node(model, **settings):
    """A node that loses nothing, and calls no data stale."""
    given = {'qos_reliability': 'reliable', 'stale_after': 3600.0, **settings, 'model': str(model)}
    return ImuNode(parameter_overrides=[Parameter(n, value=v) for n, v in given.items()])


def hold(node, began, go_on):
    """Keep the first window at work, and say that it is, until it may go on."""
    classify = node._recogniser.classify

    def slow(window):
        began.set()
        assert go_on.wait(HANGS_S)
        return classify(window)

    node._recogniser.classify = slow


def test_slow_model_delays_no_message_and_what_is_dropped_is_counted(quick_model, peer):
    node = imu_node(quick_model)
    spinning = Spinning(node)
    began, go_on = Event(), Event()
    try:
        node.start()
        hold(node, began, go_on)
        peer.ready()
        for sent in range(10, 151, 10):  # few, so that none is lost on its way
            peer.send(10, step=False)
            peer.wait_for(lambda n=sent: node._health.received == n, 'all samples')
            if sent == 50:
                peer.wait_for(began.is_set, 'the first window to be at work')
        # all of them were taken in the time of the first window; 20 more came due, four may wait
        peer.wait_for(lambda: node._recogniser.stream.counts['windows'] == 21, 'the windows')
        peer.wait_for_health(lambda h: h['windows dropped'] == '16', 'dropped windows')
        assert peer.monitor.all == []
        go_on.set()
        peer.wait_for_health(lambda h: h['predictions'] == '5', 'the others')
        peer.wait_for(lambda: len(peer.monitor.all) == 5, 'their labels')
        assert peer.health['windows dropped'] == '16'
    finally:
        go_on.set()
        spinning.close()


def test_windows_that_wait_while_the_node_is_deactivated_are_dropped_and_counted(quick_model, peer):
    node = imu_node(quick_model)
    spinning = Spinning(node)
    began, go_on = Event(), Event()
    try:
        node.start()
        hold(node, began, go_on)
        peer.ready()
        peer.send(70, step=False)
        peer.wait_for(lambda: node._health.received == 70, 'all samples')
        peer.wait_for(began.is_set, 'the first window to be at work')
        peer.wait_for(lambda: node._recogniser.stream.counts['windows'] == 5, 'the windows')
        # it waits for the window at work, which ends once nothing else waits any more
        worker = node._worker
        ending = Thread(target=worker.close)
        ending.start()
        peer.wait_for(lambda: worker.account.dropped == 4, 'the others to be dropped')
        go_on.set()
        ending.join(HANGS_S)
        assert peer.change_state(Transition.TRANSITION_DEACTIVATE)
        peer.wait_for_health(lambda h: h['lifecycle state'] == 'inactive', 'its last account')
        assert peer.health['queue: handed over'] == '5'
        assert peer.health['queue: done'] == '1'
        assert peer.health['windows dropped'] == '4'
        assert peer.health['queue: waiting'] == '0'
        assert peer.health['messages received'] == peer.health['messages taken'] == '70'
    finally:
        go_on.set()
        spinning.close()


def test_fault_in_reception_is_counted_and_the_node_goes_on(quick_model, peer, monkeypatch):
    planted = [True]
    accept_run = ImuReceiver.accept_run

    def faulty(*given):
        if planted:
            raise RuntimeError('planted')
        return accept_run(*given)

    monkeypatch.setattr(ImuReceiver, 'accept_run', faulty)
    node = imu_node(quick_model)
    spinning = Spinning(node)
    try:
        node.start()
        peer.ready()
        peer.send(10, step=False)
        peer.wait_for_health(lambda h: h.get('rejected: fault') == '10', 'ten faults')
        assert 'RuntimeError: planted' in peer.health_message
        planted.clear()
        peer.send_and_count(100, windows=11)
    finally:
        spinning.close()


def test_a_label_that_flickers_is_held(quick_model, peer):
    node = imu_node(quick_model, label_hold=5.0)
    spinning = Spinning(node)
    try:
        node.start()
        rows = ((0.8, 0.1, 0.1), (0.1, 0.8, 0.1))
        classify, n = node._recogniser.classify, 0

        def flickering(window):
            nonlocal n
            n += 1
            p = rows[n % 2]
            label = node._recogniser.labels[p.index(0.8)]
            return replace(classify(window), label=label, state='ok', probabilities=p)

        node._recogniser.classify = flickering
        peer.ready()
        peer.send_and_count(100, windows=11)
        peer.wait_for(lambda: len(peer.monitor.labels) == 11, 'the labels')
        assert len(set(peer.monitor.labels)) == 1
        assert peer.set_parameter('label_hold', 0.0).successful
        peer.send_and_count(50, windows=10)
        peer.wait_for(lambda: len(peer.monitor.labels) == 21, 'the labels')
        assert len(set(peer.monitor.labels[11:])) == 2
        assert not peer.set_parameter('label_margin', 2.0).successful
    finally:
        spinning.close()
