"""Transitions that follow the data, and patience with who refuses."""

import pytest

from dcat_ros.presence.sensor_data import SensorData
from dcat_ros.presence.steering import Steering

STALE_AFTER_S = 1.0


@pytest.fixture
def data():
    return SensorData(STALE_AFTER_S)


@pytest.fixture
def steering(data):
    return Steering(data)


def flow(data, now_s):
    """Two messages, the later one at this time."""
    data.message(now_s - 0.1)
    data.message(now_s)


def test_unconfigured_is_configured_without_data_and_inactive_waits_for_data(steering, data):
    assert steering.next('unconfigured', 0.0) == 'configure'
    assert steering.next('inactive', 0.0) is None
    data.message(0.1)
    assert steering.next('inactive', 0.1) is None, 'one message is no flow'
    data.message(0.2)
    assert steering.next('inactive', 0.2) == 'activate'


def test_flow_that_has_ended_or_trickles_activates_nothing(steering, data):
    flow(data, 1.0)
    assert steering.next('inactive', 2.1) is None
    data.message(3.0)
    assert steering.next('inactive', 3.0) is None, 'two seconds lie between the two'


@pytest.mark.parametrize('state', ['finalized', 'configuring', 'activating', 'unknown', ''])
def test_in_other_states_nothing_is_asked(steering, data, state):
    flow(data, 0.0)
    assert steering.next(state, 0.0) is None


def test_active_goes_on_while_the_window_fills_and_reports_show_data(steering, data):
    data.reported(0, 9.9)
    data.activated(10.0)
    received = 0
    for now_s in (10.01, 11.01, 12.01, 13.01):
        data.reported(received, now_s)
        received += 50
        assert steering.next('active', now_s) is None
        assert steering.next('active', now_s + 0.99) is None


def test_first_report_after_the_activation_says_nothing_of_now(steering, data):
    data.reported(7, 9.5)
    data.activated(10.0)
    data.reported(7, 10.1)  # of the time from 9.5 on
    assert steering.next('active', 11.05) is None
    data.reported(20, 11.1)
    assert steering.next('active', 11.9) is None


def test_stale_deactivates_when_the_last_data_is_old_enough(steering, data):
    data.activated(10.0)
    data.predicted(20.0)
    data.silent()
    assert steering.next('active', 20.9) is None
    assert steering.next('active', 21.0) == 'deactivate'


def test_prediction_after_stale_keeps_it_active(steering, data):
    data.activated(10.0)
    data.silent()
    data.predicted(20.0)
    assert steering.next('active', 25.0) is None, 'silence must be said, it is not inferred'


def test_reports_without_new_messages_deactivate_too(steering, data):
    data.activated(10.0)
    data.reported(40, 10.5)
    data.reported(90, 11.5)
    data.reported(90, 12.5)
    assert steering.next('active', 12.5) == 'deactivate'


def test_report_of_a_new_process_is_no_silence(steering, data):
    data.activated(10.0)
    data.reported(40, 10.5)
    data.reported(5, 11.5)
    assert steering.next('active', 14.0) is None


def test_refusals_are_repeated_ever_more_rarely(steering):
    now_s, waits = 0.0, []
    for _ in range(8):
        assert steering.next('unconfigured', now_s) == 'configure'
        steering.refused('configure', now_s)
        waits.append(steering.retry_s - now_s)
        assert steering.next('unconfigured', steering.retry_s - 0.01) is None
        now_s = steering.retry_s
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert steering.problem == 'it refused to configure'
    steering.done('configure', now_s)
    assert (steering.problem, steering.retry_s) == ('', 0.0)


def test_who_refuses_for_years_is_still_asked(steering):
    for i in range(3000):
        steering.refused('configure', float(i))
    assert steering.retry_s == 2999 + 30


def test_activated_in_vain_waits_ever_longer_before_the_next_time(steering, data):
    waits = []
    for begin_s in (0.0, 100.0, 200.0):
        flow(data, begin_s)
        assert steering.next('inactive', begin_s) == 'activate'
        steering.done('activate', begin_s)
        data.activated(begin_s)
        data.silent()
        assert steering.next('active', begin_s + 1) == 'deactivate'
        steering.done('deactivate', begin_s + 1)
        waits.append(steering.retry_s - begin_s - 1)
    assert waits == [1, 2, 4]
    flow(data, 300.0)
    data.activated(300.0)
    data.predicted(302.0)
    assert steering.next('active', 302.0) is None
    assert steering.problem == '', 'data that arrives makes good'


def test_new_process_begins_without_a_record(steering):
    steering.refused('configure', 0.0)
    steering.restarted()
    assert steering.next('unconfigured', 0.1) == 'configure'
