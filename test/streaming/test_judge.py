"""What messages of every sensor can have: standing stamps, alternating frames, clocks apart."""

import numpy as np
import pytest

from dcat_ros.doubt import FAULT, NOTE, SENSELESS, Doubt
from dcat_ros.streaming.judge import StreamJudge, Tally, apart

S = 10**9


def fed(stamps, frames=('imu',), step_ns=S // 50):
    judge = StreamJudge()
    for i, stamp in enumerate(stamps):
        judge.take(stamp, 1000 * S + i * step_ns, frames[i % len(frames)])
    return judge


def going(n, begin=1000 * S):
    return [begin + i * S // 50 for i in range(n)]


def test_a_good_stream_has_no_doubt():
    judge = fed(going(200))
    assert judge.doubts == judge.summary() == []
    assert judge.n == 200
    assert judge.offset_s == 0


def test_two_frames_that_alternate_are_named():
    judge = fed(going(200), frames=('right', 'left'))
    (doubt,) = judge.doubts
    assert (doubt.reason, doubt.level) == ('frames', FAULT)
    assert 'alternates between left and right' in doubt.sentence


def test_a_frame_that_is_renamed_once_does_not_alternate():
    judge = StreamJudge()
    for i, stamp in enumerate(going(400)):
        judge.take(stamp, stamp, 'old' if i < 200 else 'new')
    assert judge.summary() == []


def test_stamps_that_stand_still_are_senseless_and_gone_when_they_go_on():
    judge = fed([1000 * S] * 100)
    (doubt,) = judge.doubts
    assert (doubt.reason, doubt.level) == ('stamps', SENSELESS)
    assert '1000.000 s' in doubt.sentence
    for i in range(200):
        judge.take(2000 * S + i * S // 50, 2000 * S + i * S // 50, 'imu')
    assert judge.doubts == []
    assert [doubt.reason for doubt in judge.summary()] == ['stamps']


def test_a_driver_that_sends_ten_samples_with_one_stamp_at_a_time_is_not_doubted():
    # batches of a kilohertz sensor come at once; a verdict needs a second
    stamps = [1000 * S + (i // 5) * S // 10 for i in range(600)]
    assert fed(stamps, step_ns=S // 1000).summary() == []


@pytest.mark.parametrize('cuts', [[], [1], [7, 8, 250], [100, 200, 300]])
@pytest.mark.parametrize('kind', ['good', 'standing'])
def test_many_at_once_are_judged_as_one_by_one(cuts, kind):
    stamps = np.array(going(400) if kind == 'good' else [1000 * S] * 400)
    arrived = np.array(going(400))
    judge = StreamJudge()
    for part in np.split(np.arange(400), cuts):
        judge.take_many(stamps[part], arrived[part], 'imu')
    one = StreamJudge()
    for stamp, came in zip(stamps.tolist(), arrived.tolist(), strict=True):
        one.take(stamp, came, 'imu')
    assert [d.reason for d in judge.summary()] == [d.reason for d in one.summary()]
    assert (judge.n, judge.offset_s) == (one.n, one.offset_s)


@pytest.mark.parametrize(
    ('offset_s', 'said'),
    [
        (0.0, ''),
        (-59.9, ''),
        (-3600.0, '1.0 h before'),
        (172800.0, '2.0 days after'),
        (-1.767e9, '56.0 years before'),
    ],
)
def test_a_clock_that_lies_apart_is_said_with_the_option(offset_s, said):
    doubt = apart(offset_s)
    if not said:
        assert doubt is None
        return
    assert doubt.level == NOTE
    assert said in doubt.sentence
    assert '--use-receive-time' in doubt.sentence


def test_tally_makes_a_note_of_what_is_rare():
    tally = Tally()
    tally.count(8, [])
    tally.count(2, [Doubt('frozen', 'it stands still', SENSELESS)])
    (doubt,) = tally.summary()
    assert doubt == Doubt('frozen', 'in 2 of 10 windows: it stands still', NOTE)
    tally.count(30, [Doubt('frozen', 'it stands still', SENSELESS)])
    assert tally.summary()[0].level == SENSELESS
