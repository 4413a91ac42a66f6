from collections import Counter

import numpy as np
import pytest

from dcat_ros.streaming.window import WindowStream
from dcat_ros.streaming.window_watch import WindowWatch

HZ, S = 50, 10**9


def watched(stamps_ns, frame_id=lambda i: 'imu'):
    """What the watch says in the end, and how many windows there were."""
    stream = WindowStream(n_channels=1, rate_hz=HZ, window_s=1.0, stride_s=0.2)
    watch, n, why = WindowWatch(1.0, 0.25), 0, ''
    for i, stamp_ns in enumerate(stamps_ns):
        windows = stream.push(stamp_ns, [0.0], frame_id(i))
        watch.came(np.array([stamp_ns]))
        if windows:
            watch.windows(stream.counts)
            n += len(windows)
        why = watch.why(lambda: stream.counts)
    return why, n


def steady(n, start_ns=S):
    return [start_ns + i * S // HZ for i in range(n)]


def test_a_steady_stream_is_never_doubted():
    why, n = watched(steady(1000))
    assert why == ''
    assert n > 90


def test_the_first_window_has_its_time():
    assert watched(steady(49)) == ('', 0)


@pytest.mark.parametrize(
    ('stamps_ns', 'frame_id', 'cause'),
    [
        # to and fro by a second, as of two sensors on one topic
        ([s - S * (i % 2) for i, s in enumerate(steady(200))], lambda i: 'imu', 'jump'),
        (list(reversed(steady(400))), lambda i: 'imu', 'out of order'),
        ([S + i * S // 2 for i in range(50)], lambda i: 'imu', 'gaps longer than max_gap'),
        (steady(400), str, 'another frame_id'),
    ],
)
def test_messages_that_never_complete_a_window_are_said_with_the_cause(stamps_ns, frame_id, cause):
    why, _ = watched(steady(60, 1) + stamps_ns, frame_id)
    assert cause in why
    assert 'complete no window of 1 s' in why


def test_one_step_of_the_clock_is_no_reason():
    there, back = steady(100), steady(100, 86400 * S)
    for stamps_ns in (there + back, back + there):
        why, n = watched(stamps_ns)
        assert why == ''
        assert n == 12


def test_it_is_taken_back_with_the_next_window():
    watch = WindowWatch(1.0, 0.25)
    for i in range(100):
        watch.came(np.array([i * S]))
    assert watch.why(Counter) != ''
    watch.windows(Counter())
    assert watch.why(Counter) == ''
