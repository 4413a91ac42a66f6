"""Transitions of imu_node over its services, legal and illegal, and its end by a signal."""

import signal
import time
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from lifecycle_msgs.msg import Transition
from node_helpers import HANGS_S, RecogniserProcess

pytestmark = pytest.mark.ros

CONFIGURE = Transition.TRANSITION_CONFIGURE
ACTIVATE = Transition.TRANSITION_ACTIVATE
DEACTIVATE = Transition.TRANSITION_DEACTIVATE
CLEANUP = Transition.TRANSITION_CLEANUP
SHUTDOWN = Transition.TRANSITION_INACTIVE_SHUTDOWN


def test_transitions_go_round_twice_and_labels_come_in_active_alone(quick_model, peer):
    with RecogniserProcess(quick_model, '-p', 'autostart:=false') as process:
        for _ in range(2):
            assert peer.state() == 'unconfigured'
            assert peer.change_state(CONFIGURE)
            assert peer.state() == 'inactive'
            assert peer.imu.get_subscription_count() == 0
            assert peer.change_state(ACTIVATE)
            peer.wait_for(lambda: peer.imu.get_subscription_count() == 1, 'the subscription')
            peer.send_and_count(100, windows=11)
            assert peer.change_state(DEACTIVATE)
            peer.wait_for(lambda: peer.imu.get_subscription_count() == 0, 'its end')
            assert peer.change_state(CLEANUP)
        assert peer.change_state(CONFIGURE)
        assert peer.change_state(SHUTDOWN)
        assert peer.state() == 'finalized'
        assert process.alive()


@pytest.mark.parametrize('illegal', [CONFIGURE, ACTIVATE, CLEANUP, 99])
def test_illegal_transition_is_refused_with_a_reason_and_the_node_lives(recogniser, peer, illegal):
    assert peer.change_state(illegal) is False
    assert peer.state() == 'active'
    peer.wait_for(lambda: 'refused in state' in peer.health_message, 'the reason')
    assert 'allowed here: deactivate, shutdown' in peer.health_message
    peer.send_and_count(100, windows=11)


def test_fifty_rounds_of_deactivate_and_activate_while_data_flows(recogniser, peer):
    for _ in range(50):
        peer.send(5, step=False)
        assert peer.change_state(DEACTIVATE)
        peer.send(5, step=False)
        assert peer.change_state(ACTIVATE)
    peer.wait_for(lambda: peer.imu.get_subscription_count() == 1, 'one subscription')
    # it may be the one before: what is sent to that is lost
    peer.send_until(lambda: len(peer.labelled()) >= 5, 'five labels')
    assert recogniser.alive()


def test_unusable_model_refuses_configure_with_a_sentence_and_the_node_lives(peer, tmp_path):
    bad = tmp_path / 'bad.safetensors'
    bad.write_bytes(b'no weights')
    with RecogniserProcess(bad) as process:
        peer.wait_for(lambda: peer.health_level == DiagnosticStatus.ERROR, 'an error')
        assert peer.health_message.startswith('cannot configure: ')
        assert 'no whole safetensors file' in peer.health_message
        assert peer.state() == 'unconfigured'
        assert peer.change_state(CONFIGURE) is False
        assert process.alive()


def test_model_that_appears_later_is_configured_then(quick_model, peer, tmp_path):
    late = tmp_path / 'late.safetensors'
    with RecogniserProcess(late):
        peer.wait_for(lambda: peer.health_level == DiagnosticStatus.ERROR, 'an error')
        late.write_bytes(quick_model.read_bytes())
        assert peer.change_state(CONFIGURE)
        assert peer.change_state(ACTIVATE)
        peer.wait_for(lambda: peer.health_level != DiagnosticStatus.ERROR, 'no error any more')


def catches(pid, number):
    """Whether a process handles a signal by itself: ours does from its first lines on."""
    status = Path(f'/proc/{pid}/status').read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith('SigCgt:'))
    return bool(int(caught, 16) >> (number - 1) & 1)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('delay_s', [0.0, 0.5, 1.0, 1.4, 1.8, 3.0])
def test_signal_at_any_moment_ends_with_code_0_and_no_traceback(quick_model, number, delay_s):
    """Moments from the import of rclpy to the running node."""
    with RecogniserProcess(quick_model, forked=False) as process:
        while not catches(process.process.pid, signal.SIGTERM):
            assert process.alive(), process.errors()
            time.sleep(0.001)
        time.sleep(delay_s)  # the moment is what is tested
        process.process.send_signal(number)
        _, errors = process.process.communicate(timeout=HANGS_S)
        assert process.process.returncode == 0, errors
        assert 'Traceback' not in errors


def test_second_signal_during_the_end_changes_nothing(quick_model, peer):
    with RecogniserProcess(quick_model, forked=False) as process:
        peer.ready()
        for _ in range(3):
            process.process.send_signal(signal.SIGINT)
            time.sleep(0.03)
        _, errors = process.process.communicate(timeout=HANGS_S)
        assert process.process.returncode == 0, errors
        assert 'Traceback' not in errors
