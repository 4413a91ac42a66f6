from collections import Counter

import pytest

from dcat_ros.doubt import SENSELESS, Doubt
from dcat_ros.streaming.freshness import Freshness
from dcat_ros.streaming.judge import StreamJudge

S = 10**9


class Receiver:
    """As much of one as is asked."""

    def __init__(self):
        self.doubts, self.counts = [], Counter()
        self.last_stamp_ns, self.last_frame_id = 0, 'imu'


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def fresh(receiver):
    return Freshness(receiver, StreamJudge(), 1.0, 0.25)


def good(fresh, receiver, now_s, windows=False):
    fresh.came(now_s)
    receiver.last_stamp_ns += S // 50
    fresh.taken(round(now_s * S))
    fresh.usable(now_s, windows)


def test_nothing_came_is_not_stale(fresh):
    assert not fresh.begun
    assert fresh.unusable_s(100.0) == 0.0


def test_silence_after_data_has_no_reason(fresh, receiver):
    good(fresh, receiver, 1.0)
    assert fresh.unusable_s(3.5) == 2.5
    assert fresh.reason(3.5) == ''


def test_rejected_messages_from_the_start_are_no_data_and_the_rejection_is_the_reason(fresh):
    for i in range(30):
        fresh.came(1.0 + i / 10)
        fresh.rejected('no good')
    assert fresh.unusable_s(4.0) == 3.0
    assert fresh.reason(4.0) == 'no good'


def test_a_rejection_among_good_messages_is_forgotten(fresh, receiver):
    fresh.came(1.0)
    fresh.rejected('no good')
    good(fresh, receiver, 1.1)
    fresh.came(2.0)
    assert fresh.reason(2.1) == '1 messages came and none could be used'


def test_senseless_data_are_unusable_until_they_are_mended(fresh, receiver):
    good(fresh, receiver, 1.0)
    fresh.said_stale('')
    receiver.doubts = [Doubt('zero', 'all zero', SENSELESS)]
    good(fresh, receiver, 2.0)
    assert fresh.stale
    assert (fresh.unusable_s(3.0), fresh.reason(2.2)) == (2.0, 'all zero')
    receiver.doubts = []
    good(fresh, receiver, 3.0)
    assert not fresh.stale
    assert fresh.unusable_s(3.0) == 0.0


def test_messages_of_which_no_window_is_made_are_unusable(fresh, receiver):
    for i in range(20):
        receiver.last_stamp_ns += S  # each a gap
        receiver.counts['gap'] += 1
        good(fresh, receiver, 1.0 + i)
    assert fresh.unusable_s(21.0) > 5.0
    assert 'complete no window of 1 s' in fresh.reason(21.0)
    good(fresh, receiver, 21.0, windows=True)
    assert fresh.unusable_s(21.0) == 0.0


def test_data_that_stopped_and_come_again_unusable_are_said_once_more(fresh, receiver):
    good(fresh, receiver, 1.0)
    assert fresh.to_say(1.5, 1.0) is None
    assert fresh.to_say(3.0, 1.0) == ''
    fresh.said_stale('')
    assert fresh.to_say(4.0, 1.0) is None
    fresh.came(5.0)
    fresh.rejected('no good')
    assert fresh.to_say(5.0, 1.0) == 'no good'
    fresh.said_stale('no good')
    assert fresh.to_say(9.0, 1.0) is None
    good(fresh, receiver, 10.0)
    assert not fresh.stale
    assert fresh.to_say(12.0, 1.0) == ''
