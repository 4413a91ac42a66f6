"""Messages that wait and are taken together give what they give one by one."""

import pytest
from helpers import imu_message
from hypothesis import given, settings
from hypothesis import strategies as st

from dcat_ros.sensors.inertial.receiver import ImuReceiver
from dcat_ros.streaming.window import WindowStream

pytestmark = pytest.mark.ros
MS = 1_000_000
BEGIN_NS = 10**18


class Check:
    """The stamps' rules with a clock that the test turns."""

    def __init__(self):
        from dcat_ros.nodes.stamps import StampCheck

        self.now = BEGIN_NS
        self.max_future_s, self._warned = 0.5, True
        self._rules = StampCheck

    def now_ns(self):
        return self.now

    def many(self, stamps_ns, arrived_ns):
        return self._rules.many(self, stamps_ns, arrived_ns)

    def __call__(self, stamp_ns):
        return self._rules.__call__(self, stamp_ns)

    def _is_future(self, stamp_ns, now_ns):
        return self._rules._is_future(self, stamp_ns, now_ns)

    def _tell_of_empty(self):
        pass


class Taken:
    """A reception with what it leads to."""

    def __init__(self):
        from dcat_ros.nodes.health import Health
        from dcat_ros.nodes.reception import Reception
        from dcat_ros.streaming.freshness import Freshness
        from dcat_ros.streaming.judge import StreamJudge

        stream = WindowStream(n_channels=6, rate_hz=50, window_s=0.4, stride_s=0.1)
        self.receiver = ImuReceiver(stream)
        self.judge, self.check = StreamJudge(), Check()
        self.fresh = Freshness(self.receiver, self.judge, 0.4, 0.25)
        self.jobs, self.rejected = [], []
        self.reception = Reception(
            self.receiver, self.fresh, Health(), self.check, self._submit, self._reject
        )

    def _submit(self, job, received_s):
        self.jobs.append(job)

    def _reject(self, reason, sentence):
        self.rejected.append(reason)
        self.fresh.rejected(sentence)


@st.composite
def arrivals(draw):
    """(ms until it comes, message): regular, late, far ahead, without stamp, and broken ones."""
    found, stamp = [], BEGIN_NS
    for kind in draw(st.lists(st.integers(0, 40), min_size=1, max_size=120)):
        step = 20 * MS
        data = b''
        if kind == 0:
            step = draw(st.integers(100 * MS, 900 * MS))
        elif kind == 1:
            step = -draw(st.integers(0, 300 * MS))
        stamp += step
        if kind == 2:
            data = imu_message(stamp + 10**9, (0, 0, 9.8, 0, 0, 0))
        elif kind == 3:
            data = imu_message(0, (1, 0, 9.8, 0, 0, 0))
        elif kind == 4:
            data = imu_message(stamp, (float('nan'), 0, 9.8, 0, 0, 0))
        elif kind == 5:
            data = draw(st.binary(max_size=20))
        else:
            frame = 'a' if kind > 6 else 'b'
            data = imu_message(stamp, (kind, 0, 9.8, 0, kind / 9, 0), frame_id=frame)
        found.append((max(stamp, BEGIN_NS), data))
    return found


@settings(max_examples=60, deadline=None)
@given(arrivals(), st.sets(st.integers(0, 119), max_size=8))
def test_messages_that_wait_give_what_they_give_one_by_one(sent, flushes):
    one, many = Taken(), Taken()
    for i, (now_ns, data) in enumerate(sent):
        one.check.now = many.check.now = now_ns
        one.reception.take(one.receiver.accept, data)
        many.reception.take(many.receiver, data)
        if i in flushes:
            many.reception.take_waiting()
    many.reception.take_waiting()
    assert [(w.start_ns, w.end_ns, w.frame_id) for w in many.jobs] == [
        (w.start_ns, w.end_ns, w.frame_id) for w in one.jobs
    ]
    for a, b in zip(many.jobs, one.jobs, strict=True):
        assert a.samples.tobytes() == b.samples.tobytes()
    assert sorted(many.rejected) == sorted(one.rejected)
    assert many.receiver.counts == one.receiver.counts
    assert many.judge.n == one.judge.n
    assert many.receiver.last_stamp_ns == one.receiver.last_stamp_ns
    assert many.fresh.reason(0.0) == one.fresh.reason(0.0)


def test_a_window_does_not_wait_for_what_comes_after_it():
    one, many = Taken(), Taken()
    for i in range(60):
        data = imu_message(BEGIN_NS + i * 20 * MS, (i, 0, 9.8, 0, i, 0))
        one.check.now = many.check.now = BEGIN_NS + i * 20 * MS
        one.reception.take(one.receiver.accept, data)
        many.reception.take(many.receiver, data)
        assert [w.end_ns for w in many.jobs] == [w.end_ns for w in one.jobs]
    assert len(one.jobs) > 5
