"""A bag by the chunk is what rosbags reads of it, one message after the other."""

import pytest
from helpers import imu_message, string_message, write_raw_bag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rosbags.rosbag2 import Reader

from dcat_ros.bags.read import BagReader

IMU, STRING = 'sensor_msgs/msg/Imu', 'std_msgs/msg/String'
BEGIN_NS = 10**18
MESSAGE = st.one_of(
    st.builds(lambda n: ('/imu', IMU, imu_message(n)), st.integers(0, 10**9)),
    st.builds(lambda n: ('/other', IMU, imu_message(n, frame_id='x')), st.integers(0, 10**9)),
    st.builds(lambda text: ('/said', STRING, string_message(text)), st.text('ab', max_size=40)),
)
#: In rows, as sensors send them, and out of order by a little, as recorders write them.
MESSAGES = st.lists(st.tuples(MESSAGE, st.integers(1, 9), st.integers(-3, 20)), max_size=40)


@pytest.mark.parametrize('compress', [False, True])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGES, st.sets(st.sampled_from(['/imu', '/other', '/said']), min_size=1))
def test_a_bag_by_the_chunk_is_the_bag_one_by_one(tmp_path_factory, compress, rows, topics):
    path = tmp_path_factory.mktemp('bags') / 'bag'
    messages, now = [], BEGIN_NS
    for (topic, kind, data), n, step in rows:
        for _ in range(n):
            now += step
            messages.append((topic, kind, now, data))
    write_raw_bag(
        path, [*messages, ('/end', STRING, now + 10, string_message('x'))], 'mcap', compress
    )
    with Reader(path) as reader:
        expected = [
            (c.topic, bytes(data), time_ns)
            for c, time_ns, data in reader.messages()
            if c.topic in topics
        ]
    with BagReader(path) as bag:
        found = [message for chunk in bag.chunks(topics, 16) for message in chunk]
        assert [tuple(message) for message in found] == expected
        one_by_one = [(m.topic, m.data, m.log_time_ns) for m in bag.messages(topics)]
        assert one_by_one == expected
        assert all(len(chunk) <= 16 for chunk in bag.chunks(topics, 16))
